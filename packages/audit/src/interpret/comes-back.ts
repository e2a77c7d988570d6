import type { Node } from "oxc-parser";
import { receiverName } from "../syntax/receiver-name.ts";
import type { Machine } from "./machine.ts";

/**
 * `throwValidationError(result); await save(input)`: code that is not seen is taken by its name never to come back, and
 * somebody has written what follows. Nobody writes what is never reached, but for a `return` that tells the compiler.
 */
export function comesBack(machine: Machine, statements: readonly Node[], at: number): boolean {
  const statement = statements[at];
  if (machine.state !== null || statement?.type !== "ExpressionStatement") return false;
  const { expression } = statement;
  const call = expression.type === "AwaitExpression" ? expression.argument : expression;
  if (call !== machine.endedByName) return false;
  let next = at + 1;
  while (isNotice(statements[next])) next += 1;
  const first = statements[next];
  return first !== undefined && !LEAVES.test(first.type);
}

/** `throwForbidden(); metrics.increment("refused");`: to note it is written beside a refusal whether it is reached or not. */
function isNotice(statement: Node | undefined): boolean {
  if (statement?.type !== "ExpressionStatement") return false;
  const { expression } = statement;
  const call = expression.type === "AwaitExpression" ? expression.argument : expression;
  if (call.type !== "CallExpression") return false;
  const { callee } = call;
  if (callee.type === "Identifier") return NOTES.test(callee.name);
  return NOTES.test(receiverName(callee));
}
const NOTES =
  /^(?:logger|log|console|metrics?|telemetry|statsd|stats|counters?|monitor|monitoring|sentry|tracer|analytics)$|^(?:log|track|count)(?:[A-Z_]\w*)?$/i;
const LEAVES = /^(?:Return|Break|Continue|Throw|Empty)Statement$|^(?:Function|Class|TS\w+)Declaration$/;
