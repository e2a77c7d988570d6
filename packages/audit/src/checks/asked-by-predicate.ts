import type { Node } from "oxc-parser";
import { nameKind } from "../knowledge/names.ts";
import type { ProjectFile } from "../project.ts";
import { unscopedQuery } from "../rules/catalogue.ts";
import type { Judged, Report } from "../rules/rule.ts";
import { calledName } from "../syntax/called-name.ts";
import { isFunction } from "../syntax/is-function.ts";
import { children, walk } from "../syntax/walk.ts";
import type { Operation } from "../trace/operation.ts";
import { isPublicByDesign } from "./public-by-design.ts";

/** A function that uses what it found without the question that others ask of it. */
interface Unasked {
  readonly variable: string;
  readonly found: string;
  /** What the others ask: `mayUseFile`. */
  readonly asks: string;
}

interface Found {
  readonly by: string;
  readonly variable: string;
  readonly asked: string | null;
  readonly used: boolean;
}

const ASKS =
  /^(?:may|can|is|has|owns|belongs|allowed|assert|ensure|check|require|authori[sz]e|verify|enforce)(?![a-z])/;
const CALLER =
  /\b(?:req|request|ctx|context|res\.locals|locals|session|user|viewer|auth|principal|actor|member|claims)\b/i;
/** How many others have to ask for it to be a rule of the house. */
const ENOUGH = 2;

const known = new WeakMap<ProjectFile, ReadonlyMap<Node, Unasked>>();

/**
 * Other handlers of the file hand what the same function finds to a predicate together with the caller
 * (`mayUseFile(file, session)`); the one that does not changes, sends or takes away what is anybody's.
 */
export function unaskedPredicate(one: Operation, { entry, project }: Judged, report: Report): void {
  if (one.kind !== "call" || one.place.file !== entry.file || !one.facts.has("auth")) return;
  const file = project.file(entry.file);
  if (file === null) return;
  const all = known.get(file) ?? unaskedIn(file);
  known.set(file, all);
  if (all.size === 0 || one.facts.has("role") || one.facts.has("global")) return;
  const of = one.within.map(({ node }) => all.get(node)).find((found) => found !== undefined);
  if (of === undefined || !takesOrChanges(one.name) || !isHanded(one.place.node, of.variable)) return;
  for (const [name] of one.facts.entries()) if (name.startsWith("opaque:") || name.startsWith("row:")) return;
  if (isPublicByDesign(entry, { entry, project, trace: { operations: [], unknowns: [] } })) return;
  report.violated(
    unscopedQuery,
    one.place,
    `Other handlers here ask ${of.asks} of what ${of.found} finds; this one takes what the client names.`,
    one,
  );
}

function takesOrChanges(name: string): boolean {
  return (
    nameKind(name) === "writes" ||
    /^(?:update|delete|remove|destroy|archive|restore|set|save|sendFile|download|move|copy|rename|unlink)$/.test(name)
  );
}

/** `files.update(file.id, …)`, `remove(file)`. */
function isHanded(node: Node, variable: string): boolean {
  return (
    node.type === "CallExpression" &&
    node.arguments.some((arg) => {
      for (const one of walk(arg)) if (one.type === "Identifier" && one.name === variable) return true;
      return false;
    })
  );
}

function unaskedIn(file: ProjectFile): ReadonlyMap<Node, Unasked> {
  const unasked = new Map<Node, Unasked>();
  if (!/\b(?:may|can|is|has|owns|belongs|assert|ensure|check|require|authori[sz]e|verify)\w*\(/.test(file.text))
    return unasked;
  const all: { readonly node: Node; readonly found: Found }[] = [];
  for (const node of walk(file.syntax.program)) {
    if (!isFunction(node) || node.body === null || node.body === undefined) continue;
    for (const found of foundIn(node.body, file.text)) all.push({ node, found });
  }
  for (const group of Map.groupBy(all, ({ found }) => found.by).values()) {
    const asking = group.filter(({ found }) => found.asked !== null);
    const others = group.filter(({ found }) => found.asked === null && found.used);
    const asked = asking.find(({ found }) => found.asked !== "whose");
    const [other] = others;
    if (asking.length < ENOUGH || others.length !== 1 || asked === undefined || other === undefined) continue;
    unasked.set(other.node, { variable: other.found.variable, found: other.found.by, asks: asked.found.asked ?? "" });
  }
  return unasked;
}

/** What a function finds, and whether it asks of it. */
function foundIn(body: Node, text: string): Found[] {
  const inner = [...within(body)];
  return inner.flatMap((node) => {
    if (node.type !== "VariableDeclarator" || node.id.type !== "Identifier" || node.init === null) return [];
    const by = finderIn(node.init, text);
    if (by === null) return [];
    const variable = node.id.name;
    const calls = inner.filter(
      (one) => one.type === "CallExpression" && one.start > node.end && isHanded(one, variable),
    );
    const asks = calls.find(
      (one) =>
        one.type === "CallExpression" &&
        ASKS.test(calledName(one)) &&
        one.arguments.some((arg) => !isHandedBy(arg, variable) && CALLER.test(text.slice(arg.start, arg.end))),
    );
    const asked =
      asks === undefined ? (inner.some((one) => compares(one, variable, text)) ? "whose" : null) : calledName(asks);
    return [{ by, variable, asked, used: calls.length > 0 }];
  });
}

/** `file.owner !== req.user.id`, `file.members.includes(user.id)`: asked in place. */
function compares(node: Node, variable: string, text: string): boolean {
  const has = (one: Node): boolean => isHandedBy(one, variable) || rootOf(one) === variable;
  const ofCaller = (one: Node): boolean => CALLER.test(text.slice(one.start, one.end)) && rootOf(one) !== variable;
  if (node.type === "BinaryExpression")
    return (has(node.left) && ofCaller(node.right)) || (has(node.right) && ofCaller(node.left));
  return node.type === "CallExpression" && has(node.callee) && node.arguments.some(ofCaller);
}

function rootOf(node: Node): string | null {
  let at = node;
  while (at.type === "MemberExpression" || at.type === "ChainExpression")
    at = at.type === "MemberExpression" ? at.object : at.expression;
  return at.type === "Identifier" ? at.name : null;
}

function isHandedBy(arg: Node, variable: string): boolean {
  return arg.type === "Identifier" && arg.name === variable;
}

/** `findFile` of `typeof id === "string" ? await findFile(id, files) : null`: told nothing of the caller. */
function finderIn(node: Node, text: string): string | null {
  if (node.type === "AwaitExpression") return finderIn(node.argument, text);
  if (node.type === "ConditionalExpression") return finderIn(node.consequent, text) ?? finderIn(node.alternate, text);
  if (node.type !== "CallExpression" || node.arguments.length === 0) return null;
  const name = calledName(node);
  if (!/^(?:find|get|load|fetch|read|look_?[uU]p|by|retrieve)(?![a-z])/.test(name)) return null;
  // By what it was called on, too: `files.get(id)`.
  const on = text.slice(node.callee.start, node.callee.end);
  const told = node.arguments.some((arg) =>
    /\b(?:user|session|viewer|auth|principal|actor|member|locals|claims)\b/i.test(text.slice(arg.start, arg.end)),
  );
  return told || /^(?:req|request|res|ctx|context)\b/.test(on) ? null : on;
}

/** What stands in a function, and not in the functions in it. */
function* within(node: Node): Generator<Node> {
  yield node;
  for (const child of children(node)) if (!isFunction(child)) yield* within(child);
}
