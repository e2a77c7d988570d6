import type { Node } from "oxc-parser";
import type { Machine } from "./machine.ts";

/**
 * `throwValidationError(result); await save(input)`: code that is not seen is taken by its name never to come back, and
 * somebody has written what follows. Nobody writes what is never reached, but for a `return` that tells the compiler.
 */
export function comesBack(machine: Machine, statement: Node, next: Node | undefined): boolean {
  if (machine.state !== null || statement.type !== "ExpressionStatement" || next === undefined) return false;
  const { expression } = statement;
  const call = expression.type === "AwaitExpression" ? expression.argument : expression;
  return call === machine.endedByName && !LEAVES.test(next.type);
}
const LEAVES = /^(?:Return|Break|Continue|Throw|Empty)Statement$|^(?:Function|Class|TS\w+)Declaration$/;
