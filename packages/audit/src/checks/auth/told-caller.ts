import type { Operation } from "../../trace/operation.ts";
import { comparisons } from "../../values/query.ts";
import type { Value } from "../../values/value.ts";
import { isCaller } from "./visitors.ts";

type Call = Extract<Operation, { kind: "call" }>;

/**
 * `service.list(req.query.type, req.user?.workspaceId)` of a handler that is mounted elsewhere: who calls, it is told.
 * `where id = ${ctx.state.userId}`: so is a statement.
 */
export function isToldCaller(one: Operation, operations: readonly Operation[] = []): boolean {
  if (one.kind === "query")
    return (
      one.facts.has("unmounted") &&
      comparisons(one.query.where).some(
        ({ op, value }) => op === "equal" && value.k === "principal" && isPutThere(value),
      )
    );
  if (one.kind === "call" && isOnBehalf(one, operations)) return true;
  return (
    one.kind === "call" &&
    one.origin === "missing" &&
    one.facts.has("unmounted") &&
    one.args.some((arg) => holdsCaller(arg))
  );
}

/**
 * `const { apps } = await getCluster({ config: await authSession(req.headers) }); apps.remove(name)`: a client that was
 * made with what the caller brought; it may do what they may, and nothing for nobody.
 */
function isOnBehalf({ result }: Call, operations: readonly Operation[]): boolean {
  if (result.k !== "chain" || result.root.k !== "foreign" || result.root.origin !== "missing") return false;
  const [made, ...further] = result.steps.filter((step) => step.kind !== "member");
  if (made === undefined || !made.args.some((arg) => holdsCaller(arg))) return false;
  // What it was made by: only where the client is used.
  return (
    further.length > 0 ||
    operations.some(
      (one) =>
        one.kind === "call" &&
        one.result.k === "chain" &&
        one.result.steps.filter((step) => step.kind !== "member").length > 1 &&
        one.result.steps.some((step) => step.kind !== "member" && step.place.node === made.place.node),
    )
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
