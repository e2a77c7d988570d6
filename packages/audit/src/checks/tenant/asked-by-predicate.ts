import type { Node } from "oxc-parser";
import { nameKind } from "../../knowledge/names.ts";
import type { ProjectFile } from "../../project.ts";
import { unscopedQuery } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import { calledName } from "../../syntax/called-name.ts";
import { isFunction } from "../../syntax/is-function.ts";
import { children, walk } from "../../syntax/walk.ts";
import type { Operation } from "../../trace/operation.ts";
import { isPublicByDesign } from "../openness/public-by-design.ts";

/** A function that uses what it found without the question that others ask of it. */
interface Unasked {
  readonly variable: string;
  readonly found: string;
  /** What the others ask: `mayUseFile`. */
  readonly asks: string;
}

type CallNode = Extract<Node, { type: "CallExpression" }>;

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
  const found = inner.flatMap((node) => {
    if (node.type !== "VariableDeclarator" || node.id.type !== "Identifier" || node.init === null) return [];
    const by = finderIn(node.init, text);
    return by === null ? [] : [{ by, variable: node.id.name, end: node.end }];
  });
  if (found.length === 0) return [];
  const uses = new Uses(inner, text);
  return found.map(({ by, variable, end }) => {
    const asks = uses.asking.after(variable, end);
    const asked = asks === undefined ? (uses.compared.has(variable) ? "whose" : null) : calledName(asks);
    return { by, variable, asked, used: uses.handed.after(variable, end) !== undefined };
  });
}

/** What is done with each name in one function: read once, since a function may find thousands of things. */
class Uses {
  /** Calls that are handed it. */
  readonly handed = new CallsByName();
  /** Calls that ask of it, handed the caller beside it. */
  readonly asking = new CallsByName();
  /** `file.owner !== req.user.id`, `file.members.includes(user.id)`: asked in place. */
  readonly compared = new Set<string>();

  constructor(inner: readonly Node[], text: string) {
    const speaksOfCaller = (node: Node): boolean =>
      CALLER.test(text.slice(node.start, Math.min(node.end, node.start + MOST)));
    const compare = (one: Node, other: Node): void => {
      const root = rootOf(one);
      if (root !== null && !this.compared.has(root) && root !== rootOf(other) && speaksOfCaller(other))
        this.compared.add(root);
    };
    for (const node of inner) {
      if (node.type === "BinaryExpression") {
        compare(node.left, node.right);
        compare(node.right, node.left);
      }
      if (node.type !== "CallExpression") continue;
      for (const arg of node.arguments) compare(node.callee, arg);
      const callers = ASKS.test(calledName(node)) ? node.arguments.filter(speaksOfCaller) : [];
      for (const name of namesIn(node.arguments)) {
        this.handed.add(name, node);
        if (callers.some((arg) => !isHandedBy(arg, name))) this.asking.add(name, node);
      }
    }
  }
}
/** What is longer says who is calling at its beginning, or does not. */
const MOST = 400;

/** Calls by a name, of which the first behind a place is asked for. */
class CallsByName {
  readonly #calls = new Map<string, CallNode[]>();
  readonly #sorted = new Set<string>();

  add(name: string, call: CallNode): void {
    const known = this.#calls.get(name);
    if (known === undefined) this.#calls.set(name, [call]);
    else known.push(call);
  }

  after(name: string, place: number): CallNode | undefined {
    const calls = this.#calls.get(name) ?? [];
    if (!this.#sorted.has(name)) calls.sort((one, other) => one.start - other.start);
    this.#sorted.add(name);
    let [low, high] = [0, calls.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((calls[middle]?.start ?? 0) > place) high = middle;
      else low = middle + 1;
    }
    return calls[low];
  }
}

function namesIn(args: readonly Node[]): Set<string> {
  const names = new Set<string>();
  for (const arg of args) for (const one of walk(arg)) if (one.type === "Identifier") names.add(one.name);
  return names;
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
