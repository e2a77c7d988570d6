import { isFunction } from "../../syntax/is-function.ts";
import type { Judged } from "../../rules/rule.ts";
import type { FunctionNode } from "../../values/value.ts";
import type { Operation } from "../../trace/operation.ts";
import type { Place } from "../../values/value.ts";

/** The handler's own function: behind wrappers it is not what is exported. */
export function declarationOf({ entry, trace }: Judged, operation: Operation): Place {
  // Middleware of the same file that has let the request go on is none of it.
  const passed = new Set(trace.operations.flatMap((one) => (one.kind === "continue" ? [one.within.at(-1)?.node] : [])));
  const outermost = operation.within.find((one) => one.file === entry.file && !passed.has(one.node));
  // Middleware that waits for `next()` stands around the handler, and was not what was forgotten.
  const holds = operation.within.some(
    ({ file, node }) => file === entry.file && node.start >= entry.node.start && node.end <= entry.node.end,
  );
  const [elsewhere, dispatched] = operation.within;
  // One handler for every method hands on to a function for each: that one was forgotten.
  if (
    operation.facts.has("valid:client:method.") &&
    outermost === elsewhere &&
    dispatched?.file === entry.file &&
    // What is handed nothing of the request only looks something up.
    isFunction(dispatched.node) &&
    isHandedOn(dispatched.node) &&
    (dispatched.node.start >= entry.node.end || dispatched.node.end <= entry.node.start)
  )
    return dispatched;
  if (outermost === undefined && elsewhere !== undefined && entry.node.type !== "CallExpression") return elsewhere;
  return outermost === undefined || holds ? { file: entry.file, node: entry.node } : outermost;
}

/** It is called by its method, or what it is given first by what a handler is given: `store(event)` is neither. */
function isHandedOn({ id, params }: FunctionNode): boolean {
  const [first] = params;
  if (first === undefined) return false;
  return (
    (first.type === "Identifier" && /^_?(?:req\w*|ctx|context|c)$/i.test(first.name)) ||
    /^(?:get|post|put|patch|del(?:ete)?|handle|on)(?![a-z])/i.test(id?.name ?? "get")
  );
}
