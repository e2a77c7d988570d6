import type { Node } from "oxc-parser";
import { calledName } from "../../syntax/called-name.ts";
import { isFunction } from "../../syntax/is-function.ts";
import { children, walk, walkOwn } from "../../syntax/walk.ts";
import { answerOf, decisive, truthOf } from "./gates.ts";
import { isRefusal } from "../../syntax/is-refusal.ts";

/**
 * A decision that stays what it was when what it should come from fails, and that lets in as it is:
 * `let allowed = true; try { allowed = await ask() } catch { log() } if (!allowed) return forbidden()`,
 * `const revoked = await list.get(id).catch(() => null); if (revoked) return unauthorized()`.
 */
export function lostAnswers(program: Node): Node[] {
  const found = new Set<Node>();
  for (const node of walk(program))
    if (node.type === "BlockStatement" || node.type === "Program") block(node.body, found);
  return [...found];
}

function block(statements: readonly Node[], found: Set<Node>): void {
  for (const [at, one] of statements.entries()) {
    if (one.type !== "VariableDeclaration") continue;
    for (const declared of one.declarations) {
      const after = statements.slice(at + 1);
      const lost =
        declared.id.type === "Identifier"
          ? lostIn(declared.init, declared.id.name, declared, after)
          : takenOut(declared.id, declared.init, after)
            ? declared
            : null;
      if (lost !== null) found.add(lost);
    }
  }
}

function lostIn(init: Node | null, name: string, declared: Node, after: readonly Node[]): Node | null {
  const instead = insteadOf(init);
  if (instead !== null) return letsIn(instead, name, after) ? declared : null;
  for (const { node, after: then } of triesOf(after, name, [])) {
    if (node.type === "AssignmentExpression") {
      const otherwise = insteadOf(node.right);
      if (otherwise !== null && letsIn(otherwise, name, then)) return node;
      continue;
    }
    if (node.handler === null) continue;
    const last = node.handler.body.body.at(-1);
    if (last?.type === "ReturnStatement" || last?.type === "ThrowStatement") continue;
    const assigned = assignment(node.handler.body, name);
    if (assigned?.type === "AssignmentExpression") {
      if (letsIn(assigned.right, name, then)) return assigned;
      // What it is on the way to a `try` further in is not read from where it was declared.
    } else if (init !== null && after.includes(node) && letsIn(init, name, then)) return declared;
  }
  return null;
}

/** What is answered where the question fails: `ask().catch(() => true)`. */
function insteadOf(init: Node | null): Node | null {
  const asked = init?.type === "AwaitExpression" ? init.argument : init;
  return asked?.type === "CallExpression" && calledName(asked) === "catch" ? answerOf(asked.arguments[0]) : null;
}

/** `const { allowed } = await ask().catch(() => ({ allowed: true })); if (!allowed) refuse()` */
function takenOut(pattern: Node, init: Node | null, after: readonly Node[]): boolean {
  const instead = insteadOf(init);
  if (pattern.type !== "ObjectPattern" || instead === null) return false;
  return pattern.properties.some(
    (one) =>
      one.type === "Property" &&
      one.key.type === "Identifier" &&
      one.value.type === "Identifier" &&
      refusesBy(one.value.name, null, truthOf(fieldOf(instead, one.key.name)), after),
  );
}

/** Nobody is refused by what it is then: by itself, or by a field of it. */
function letsIn(instead: Node, name: string, after: readonly Node[]): boolean {
  const object = unwrapped(instead);
  if (object.type !== "ObjectExpression") return refusesBy(name, null, truthOf(instead), after);
  return object.properties.some(
    (one) =>
      one.type === "Property" &&
      one.key.type === "Identifier" &&
      refusesBy(name, one.key.name, truthOf(one.value), after),
  );
}

function fieldOf(node: Node, name: string): Node | null {
  const object = unwrapped(node);
  if (object.type !== "ObjectExpression") return null;
  for (const one of object.properties)
    if (one.type === "Property" && one.key.type === "Identifier" && one.key.name === name) return one.value;
  return null;
}

function unwrapped(node: Node): Node {
  if (
    node.type === "ParenthesizedExpression" ||
    node.type === "TSAsExpression" ||
    node.type === "TSSatisfiesExpression"
  )
    return unwrapped(node.expression);
  return node;
}

interface Try {
  readonly node: Extract<Node, { type: "TryStatement" | "AssignmentExpression" }>;
  /** What comes after it, in its block and in those around it. */
  readonly after: readonly Node[];
}

/** What tries to assign it in these statements and below them, `try` or `allowed = await ask().catch(…)`, each with what follows; no function further in is looked into. */
function* triesOf(statements: readonly Node[], name: string, outer: readonly Node[]): Generator<Try> {
  for (const [at, one] of statements.entries()) {
    const after = [...statements.slice(at + 1), ...outer];
    if (one.type === "TryStatement" && assignment(one.block, name) !== null) yield { node: one, after };
    else if (
      one.type === "ExpressionStatement" &&
      one.expression.type === "AssignmentExpression" &&
      one.expression.left.type === "Identifier" &&
      one.expression.left.name === name
    )
      yield { node: one.expression, after };
    else if (one.type === "BlockStatement") yield* triesOf(one.body, name, after);
    else if (one.type === "IfStatement" || one.type === "TryStatement")
      for (const child of children(one))
        if (!isFunction(child) && /^(?:BlockStatement|IfStatement|ExpressionStatement)$/.test(child.type))
          yield* triesOf([child], name, after);
  }
}

function assignment(within: Node, name: string): Node | null {
  for (const node of walkOwn(within))
    if (node.type === "AssignmentExpression" && node.left.type === "Identifier" && node.left.name === name) return node;
  return null;
}

/** `if (!allowed) refuse()`, `if (!decision.allowed) refuse()`: not where it is of this truth. */
function refusesBy(name: string, field: string | null, truth: boolean | null, statements: readonly Node[]): boolean {
  if (truth === null) return false;
  return statements.some(
    (one) =>
      one.type === "IfStatement" &&
      (isRefusal(one.consequent) || (ASKED.test(field ?? name) && sendsAway(one.consequent))) &&
      decisive(one.test).some(({ of, negated }) => isNamed(of, name, field) && negated === truth),
  );
}

function isNamed(of: Node, name: string, field: string | null): boolean {
  const node = of.type === "ChainExpression" ? of.expression : of;
  if (field === null) return node.type === "Identifier" && node.name === name;
  return (
    node.type === "MemberExpression" &&
    node.object.type === "Identifier" &&
    node.object.name === name &&
    node.property.type === "Identifier" &&
    node.property.name === field
  );
}

/** `if (!canView) notFound()`: what is decided by such a name is whether somebody may, whatever they are told. */
const ASKED =
  /^(?:can|may)[A-Z_]|^(?:is_?)?(?:[aA]llowed|[pP]ermitted|[aA]uthori[sz]ed|[gG]ranted|[eE]ntitled)$|^has_?(?:[aA]ccess|[pP]ermission|[rR]ights?)/;

/** Somebody is sent elsewhere, or told that there is nothing. */
function sendsAway(consequent: Node): boolean {
  for (const node of walkOwn(consequent)) {
    if (node.type === "Literal" && (node.value === 404 || node.value === "NOT_FOUND")) return true;
    if (node.type === "Identifier" && /^(?:notFound|NotFound\w*|NOT_FOUND|redirect)$/.test(node.name)) return true;
  }
  return false;
}
