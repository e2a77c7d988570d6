import { calledName } from "../../syntax/called-name.ts";
import type { Operation } from "../../trace/operation.ts";
import { comparisons } from "../../values/query.ts";
import { clientOf } from "../../values/trust.ts";
import type { Place, Value } from "../../values/value.ts";

/** Mollie and PayPal send an id alone: what it stands for is asked of them, and nothing else that came is used. */
export function askedBack(operations: readonly Operation[], open: Operation): boolean {
  const asked = operations.find(
    (one) =>
      one.kind === "call" &&
      one.origin !== "global" &&
      (one.path.includes(".")
        ? /^(?:get|retrieve|fetch|show|find|lookup|describe)/.test(one.name)
        : ASKED_FOR.test(calledName(one.place.node))) &&
      one.args.some((arg) => clientOf(arg) !== null),
  );
  if (asked === undefined || asked.place.node.start > open.place.node.start) return false;
  // `applySubscription(userId, state)`: given nothing but what the sender answered.
  if (open.kind === "call" && open !== asked)
    return (
      open.args.some((arg) => holdsCall(arg, asked.place)) &&
      open.args.every((arg) => clientOf(arg) === null || holdsCall(arg, asked.place))
    );
  if (open.kind !== "query") return open === asked;
  const used = [
    ...comparisons(open.query.where).map(({ value }) => value),
    ...(open.query.data === null ? [] : [open.query.data]),
  ];
  return (
    used.some((value) => holdsCall(value, asked.place)) &&
    used.every((value) => clientOf(value) === null || holdsCall(value, asked.place))
  );
}

/** `getAppleSubscriptionState(id)`, `fetchMolliePayment(id)`: what a provider keeps, by the name of who asks for it. */
const ASKED_FOR =
  /^(?:get|retrieve|fetch|show|find|lookup|describe)\w*(?:Apple|Google|Stripe|Mollie|Pay[Pp]al|Paddle|Lemon\w*|Polar|Adyen|Square|Razorpay|Provider|Remote|Api|API|Upstream|Store)\w*$/;

function holdsCall(value: Value, place: Place, depth = 0): boolean {
  if (depth > 6) return false;
  switch (value.k) {
    case "chain":
      return value.steps.some((step) => step.kind !== "member" && step.place.node === place.node);
    case "struct":
      return [...value.props.values()].some((inner) => holdsCall(inner, place, depth + 1));
    case "derived":
      return value.args.some((inner) => holdsCall(inner, place, depth + 1));
    case "choice":
      return value.alternatives.some((one) => holdsCall(one.value, place, depth + 1));
    default:
      return false;
  }
}
