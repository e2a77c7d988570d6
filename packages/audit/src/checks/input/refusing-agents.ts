import type { Node } from "oxc-parser";
import { wordsOf } from "../../knowledge/names.ts";
import type { ProjectFile } from "../../project.ts";
import { says } from "../../source/says.ts";
import { calledName } from "../../syntax/called-name.ts";
import { walk } from "../../syntax/walk.ts";

/** What is sent goes through what refuses inner addresses: `{ httpsAgent: ssrfFilter(url) }`, a client made with it. */
export function isFiltered(node: Node, file: ProjectFile): boolean {
  const { text } = file;
  if (/ssrf|request-filtering-agent/i.test(text.slice(node.start, node.end))) return true;
  if (says(file, /ssrf|filtering/i) && says(file, /setGlobalDispatcher\(|globalAgent\s{0,20}=/)) return true;
  if (node.type !== "CallExpression") return false;
  for (const given of agentsIn(node)) if (saysRefusing(given) || refusersOf(file).has(given)) return true;
  const callee = node.callee.type === "MemberExpression" ? node.callee.object : node.callee;
  if (callee.type !== "Identifier") return false;
  // `const client = axios.create({ httpAgent: ssrfAgent })`
  for (const made of [`const ${callee.name} =`, `let ${callee.name} =`]) {
    const at = text.indexOf(made);
    if (at === -1) continue;
    const whole = text.slice(at, at + MOST);
    const end = whole.indexOf(";");
    if (/ssrf|filtering/i.test(end === -1 ? whole.slice(0, 400) : whole.slice(0, end))) return true;
  }
  return false;
}
/** What makes a client is no longer than this. */
const MOST = 4_000;

const AGENT = /^(?:https?Agent|agent|dispatcher|lookup)$/;
const REFUSING = /^(?:ssrf|filter(?:ing|ed)?|guard(?:ed)?|safe|egress)$/;

/** `RequestFilteringHttpAgent`, `ssrfAgent`; not `unsafeAgent`. */
function saysRefusing(name: string): boolean {
  return wordsOf(name).some((word) => REFUSING.test(word));
}

/** `axios.get(url, { httpAgent, httpsAgent: safe })`, `request.get(url).agent(safe)`: what the agents are called by. */
function* agentsIn(call: Node): Generator<string> {
  for (const node of walk(call))
    if (node.type === "Property" && node.key.type === "Identifier" && AGENT.test(node.key.name))
      yield nameOf(node.value);
    else if (node.type === "CallExpression" && AGENT.test(calledName(node)) && node.arguments[0] !== undefined)
      yield nameOf(node.arguments[0]);
}

function nameOf(node: Node): string {
  switch (node.type) {
    case "Identifier":
      return node.name;
    case "MemberExpression":
      return node.property.type === "Identifier" ? node.property.name : "";
    case "NewExpression":
      return nameOf(node.callee);
    case "CallExpression":
      return calledName(node);
    default:
      return "";
  }
}

const refusers = new WeakMap<ProjectFile, ReadonlySet<string>>();

/** `const httpAgent = new RequestFilteringHttpAgent()`: what the file makes to refuse, read once for all it sends. */
function refusersOf(file: ProjectFile): ReadonlySet<string> {
  const known = refusers.get(file);
  if (known !== undefined) return known;
  const found = new Set<string>();
  for (const node of walk(file.syntax.program)) {
    if (node.type === "VariableDeclarator" && node.id.type === "Identifier" && node.init !== null) {
      if (isMadeToRefuse(node.init)) found.add(node.id.name);
    } else if (node.type === "AssignmentExpression" && isMadeToRefuse(node.right)) found.add(nameOf(node.left));
    else if (node.type === "PropertyDefinition" && node.value !== null && isMadeToRefuse(node.value))
      found.add(nameOf(node.key));
  }
  refusers.set(file, found);
  return found;
}

function isMadeToRefuse(node: Node): boolean {
  return /^(?:New|Call)Expression$/.test(node.type) && saysRefusing(nameOf(node));
}
