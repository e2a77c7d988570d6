import type { Operation } from "../../trace/operation.ts";
import { comparisons } from "../../values/query.ts";
import type { Value } from "../../values/value.ts";
import { isCaller } from "./visitors.ts";

/**
 * `service.list(req.query.type, req.user?.workspaceId)` of a handler that is mounted elsewhere: who calls, it is told.
 * `where id = ${ctx.state.userId}`: so is a statement.
 */
export function isToldCaller(one: Operation): boolean {
  if (one.kind === "query")
    return (
      one.facts.has("unmounted") &&
      comparisons(one.query.where).some(
        ({ op, value }) => op === "equal" && value.k === "principal" && isPutThere(value),
      )
    );
  return (
    one.kind === "call" &&
    one.origin === "missing" &&
    one.facts.has("unmounted") &&
    one.args.some((arg) => holdsCaller(arg))
  );
}

/** Whoever put it on the request was not seen, and it is read as what is there. */
function isPutThere({ origin, sure }: Extract<Value, { k: "principal" }>): boolean {
  return origin === null && !sure;
}

function holdsCaller(value: Value, depth = 0): boolean {
  if (value.k !== "struct") return isCaller(value);
  return depth < 3 && [...value.props.values()].some((one) => holdsCaller(one, depth + 1));
}
