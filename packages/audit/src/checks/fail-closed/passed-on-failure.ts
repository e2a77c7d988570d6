import type { Node } from "oxc-parser";
import { calledName } from "../../syntax/called-name.ts";
import { isFunction } from "../../syntax/is-function.ts";
import { isRefusal } from "../../syntax/is-refusal.ts";
import { walk, walkOwn } from "../../syntax/walk.ts";

/** A callback that goes on where it is told of a failure. */
export const PASSED = /\(\s*(?:err|error|e|failure)\s*,[^)]{1,80}\)\s*(?:=>\s*)?\{/;
/** Asked so that nobody asks too often, or to answer sooner: not who they are. */
const BESIDE = /captcha|turnstile|limit|throttl|quota|cache|locale|track|metric/i;

/**
 * `canUserEdit(userId, id, (error, canEdit) => { if (error) return next(); if (canEdit) return next(); forbidden() })`:
 * whether they may is what the answer decides, and where the question itself failed everybody may.
 */
export function passedOnFailure(program: Node): Node[] {
  const found: Node[] = [];
  for (const call of walk(program)) {
    if (call.type !== "CallExpression") continue;
    const callback = call.arguments.at(-1);
    if (callback === undefined || !isFunction(callback) || callback.body?.type !== "BlockStatement") continue;
    const [failure, ...answers] = callback.params;
    if (failure?.type !== "Identifier" || !/^(?:err|error|e|failure)$/.test(failure.name) || answers.length === 0)
      continue;
    if (BESIDE.test(calledName(call))) continue;
    const [first, ...after] = callback.body.body;
    if (first?.type !== "IfStatement" || first.test.type !== "Identifier" || first.test.name !== failure.name) continue;
    const despite = statementsOf(first.consequent).find(goesOn);
    const names = new Set(answers.flatMap((one) => (one.type === "Identifier" ? [one.name] : [])));
    if (despite !== undefined && decides(after, names)) found.push(despite);
  }
  return found;
}

/** Only by what was answered does it go on, or is somebody refused. */
function decides(after: readonly Node[], answers: ReadonlySet<string>): boolean {
  const last = after.at(-1);
  if (last !== undefined && goesOn(last) && !after.some((one) => asks(one, answers) && isRefusal(consequentOf(one))))
    return false;
  return after.some(
    (one) => asks(one, answers) && (isRefusal(consequentOf(one)) || statementsOf(consequentOf(one)).some(goesOn)),
  );
}

function asks(one: Node, answers: ReadonlySet<string>): boolean {
  if (one.type !== "IfStatement") return false;
  for (const node of walkOwn(one.test)) if (node.type === "Identifier" && answers.has(node.name)) return true;
  return false;
}

function consequentOf(one: Node): Node {
  return one.type === "IfStatement" ? one.consequent : one;
}

function statementsOf(node: Node): readonly Node[] {
  return node.type === "BlockStatement" ? node.body : [node];
}

/** `return next()`, told of nothing. */
function goesOn(statement: Node): boolean {
  const called =
    statement.type === "ReturnStatement"
      ? statement.argument
      : statement.type === "ExpressionStatement"
        ? statement.expression
        : null;
  return (
    called?.type === "CallExpression" &&
    called.callee.type === "Identifier" &&
    called.callee.name === "next" &&
    called.arguments.length === 0
  );
}
