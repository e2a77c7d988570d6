import type { Node } from "oxc-parser";
import type { ProjectFile } from "../../project.ts";
import { calledName } from "../../syntax/called-name.ts";
import { isFunction } from "../../syntax/is-function.ts";
import { children, walk } from "../../syntax/walk.ts";

/** What a function's answer decides where it is asked: a yes lets in, a yes turns away, or neither. */
export type Gate = "grants" | "refuses" | null;
export type Gates = (name: string) => Gate;

const REFUSAL = /\b40[13]\b|forbidden|unauthori[sz]ed|(?:access|permission) ?denied|not ?allowed/i;
/** What is asked so that nobody asks too often, and not who they are. */
const BESIDE = /captcha|turnstile|limit|throttl|quota/i;

/** Does the text turn anybody away? */
export function mayRefuse(text: string): boolean {
  return REFUSAL.test(text);
}

/** Looks up what refuses by the answer of a function, in all files; they are read when it is first asked for. */
export function gatesOf(files: readonly ProjectFile[]): Gates {
  let known: ReadonlyMap<string, Gate> | null = null;
  return (name) => {
    if (name.length <= 2 || BESIDE.test(name)) return null;
    known ??= allGates(files);
    return known.get(name) ?? null;
  };
}

/** What the first refusal that hangs on a name makes of it. */
function allGates(files: readonly ProjectFile[]): Map<string, Gate> {
  const found = new Map<string, Gate>();
  for (const { text, syntax } of files) if (REFUSAL.test(text)) addGates(syntax.program, text, found);
  return found;
}

function addGates(program: Node, text: string, found: Map<string, Gate>): void {
  // What a variable was asked of; one name may stand for several.
  const kept = new Map<string, Set<string>>();
  for (const node of walk(program)) {
    if (node.type === "VariableDeclarator" && node.id.type === "Identifier" && node.init !== null) {
      const name = askedName(node.init);
      if (name === "") continue;
      const before = kept.get(node.id.name);
      if (before === undefined) kept.set(node.id.name, new Set([name]));
      else before.add(name);
    }
    if (node.type !== "IfStatement" || !REFUSAL.test(text.slice(node.consequent.start, node.consequent.end))) continue;
    for (const { of, negated } of decisive(node.test)) {
      const names = of.type === "Identifier" ? (kept.get(of.name) ?? []) : [askedName(of)];
      for (const name of names) if (!found.has(name)) found.set(name, negated ? "grants" : "refuses");
      // The first refusal decides: what was told once need not be gone through at each that follows.
      if (of.type === "Identifier") kept.delete(of.name);
    }
  }
}

/** `f` of `f()` and `await f()`; empty for anything else. */
function askedName(node: Node): string {
  return node.type === "AwaitExpression" ? askedName(node.argument) : calledName(node);
}

interface Decisive {
  readonly of: Node;
  readonly negated: boolean;
}

/** What a test asks: `!a || !(await b())`, `c === true`. */
export function decisive(test: Node, negated = false): Decisive[] {
  switch (test.type) {
    case "ParenthesizedExpression":
      return decisive(test.expression, negated);
    case "UnaryExpression":
      return test.operator === "!" ? decisive(test.argument, !negated) : [];
    case "LogicalExpression":
      return [...decisive(test.left, negated), ...decisive(test.right, negated)];
    case "BinaryExpression": {
      if (test.right.type !== "Literal") return [];
      const { value } = test.right;
      const says = value !== false && value !== null && value !== 0;
      if (/^===?$/.test(test.operator)) return [{ of: bare(test.left), negated: says === negated }];
      if (/^!==?$/.test(test.operator)) return [{ of: bare(test.left), negated: says !== negated }];
      return test.operator === ">" && value === 0 ? [{ of: bare(test.left), negated }] : [];
    }
    default:
      return [{ of: test, negated }];
  }
}

function bare(node: Node): Node {
  return node.type === "PrivateIdentifier" || node.type !== "ParenthesizedExpression" ? node : node.expression;
}

/** What a short function answers: `() => true`, `() => { return true; }`. */
export function answerOf(node: Node | undefined): Node | null {
  if (node === undefined || !isFunction(node) || node.body === null) return null;
  if (node.body.type === "ParenthesizedExpression") return node.body.expression;
  if (node.body.type !== "BlockStatement") return node.body;
  const last = node.body.body.at(-1);
  return last?.type === "ReturnStatement" ? last.argument : null;
}

export function truthOf(node: Node | null): boolean | null {
  if (node === null) return null;
  if (node.type === "Identifier" && node.name === "undefined") return false;
  return node.type === "Literal" && !("regex" in node && node.regex !== null && node.regex !== undefined)
    ? Boolean(node.value)
    : null;
}

/** `breaker.fallback(() => true)`, where what the breaker asks is a gate. */
export function fallbacks(program: Node, isGate: (name: string) => boolean): Node[] {
  const found: Node[] = [];
  for (const node of walk(program)) {
    if (node.type !== "CallExpression" || calledName(node) !== "fallback" || node.callee.type !== "MemberExpression")
      continue;
    const { object } = node.callee;
    if (object.type !== "Identifier" || !allowsAll(answerOf(node.arguments[0]))) continue;
    if (askedThrough(program, object.name).some(isGate)) found.push(node);
  }
  return found;
}

function allowsAll(node: Node | null): boolean {
  if (truthOf(node) === true) return true;
  return (
    node?.type === "ObjectExpression" &&
    node.properties.some(
      (one) =>
        one.type === "Property" &&
        one.key.type === "Identifier" &&
        /^(?:allow|allowed|granted|permitted|authorized|result)$/.test(one.key.name) &&
        truthOf(one.value) === true,
    )
  );
}

/** The names of the functions that go through a breaker, and of what it was made of. */
function askedThrough(program: Node, breaker: string): string[] {
  const names: string[] = [];
  const visit = (node: Node, named: string): void => {
    let name = named;
    if (node.type === "VariableDeclarator" && node.id.type === "Identifier") {
      name = node.id.name;
      if (name === breaker && node.init?.type === "NewExpression")
        for (const arg of node.init.arguments) if (arg.type === "Identifier") names.push(arg.name);
    }
    if (node.type === "FunctionDeclaration" && node.id !== null) name = node.id.name;
    if ((node.type === "Property" || node.type === "MethodDefinition") && node.key.type === "Identifier")
      name = node.key.name;
    if (
      node.type === "AssignmentExpression" &&
      node.left.type === "MemberExpression" &&
      node.left.property.type === "Identifier"
    )
      name = node.left.property.name;
    if (
      node.type === "CallExpression" &&
      node.callee.type === "MemberExpression" &&
      node.callee.object.type === "Identifier" &&
      node.callee.object.name === breaker &&
      calledName(node) === "fire"
    )
      names.push(name);
    for (const child of children(node)) visit(child, name);
  };
  visit(program, "");
  return names.filter((name) => name !== "" && name !== breaker);
}
