import { calledName } from "../../syntax/called-name.ts";
import type { Operation } from "../../trace/operation.ts";
import { isProviderName } from "../entry/provider-callback.ts";
import { holds } from "../../values/holds.ts";
import { keyOf } from "../../values/key.ts";
import { comparisons } from "../../values/query.ts";
import { clientsOf } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";

/**
 * Mollie and PayPal send an id alone: what it stands for is asked of them, and nothing else that came is used. Rows are
 * found by what they answered, or by the very id that was asked about and changed only after the answer was looked at.
 */
export function askedBack(operations: readonly Operation[], open: Operation): boolean {
  return operations.some(
    (asked) =>
      asked.place.node.start <= open.place.node.start &&
      isAsking(asked) &&
      (open === asked || isAnswer(open, asked) || follows(open, asked, operations)),
  );
}

function isAsking(one: Operation): boolean {
  if (one.kind === "fetch") return clientsOf(one.url).length > 0 && isToProvider(one.url);
  return (
    one.kind === "call" &&
    one.origin !== "global" &&
    (one.path.includes(".")
      ? /^(?:get|retrieve|fetch|show|find|lookup|describe)/.test(one.name)
      : ASKED_FOR.test(calledName(one.place.node)) || isOfProvider(one)) &&
    one.args.some((arg) => clientsOf(arg).length > 0)
  );
}

/** `fetchPayment(id)` of `@/payments/mollie`, by where it stands. */
function isOfProvider({ name, result }: Extract<Operation, { kind: "call" }>): boolean {
  if (!/^(?:get|retrieve|fetch|find|lookup|load)(?![a-z])/.test(name)) return false;
  if (result.k !== "chain" || result.root.k !== "foreign") return false;
  return (
    isProviderName(result.root.from) ||
    /^(?:retrieve|fetch)(?:Payment|Charge|Transaction|Checkout|Subscription|Transfer|Payout)s?$/.test(name)
  );
}

/** The address begins with what the server knows: `${PAYPAL_API}/v2/checkout/orders/${id}`. */
function isToProvider(url: Value): boolean {
  const [first] = url.k === "derived" ? url.args : [];
  return first !== undefined && clientsOf(first).length === 0 && (first.k !== "literal" || first.value !== "");
}

/** `getStoreSubscription(id)`, `fetchMolliePayment(id)`: what a provider keeps, by the name of who asks for it. */
const ASKED_FOR =
  /^(?:get|retrieve|fetch|show|find|lookup|describe)\w*(?:Apple|Google|Stripe|Mollie|Pay[Pp]al|Paddle|Lemon\w*|Polar|Adyen|Square|Razorpay|Provider|Remote|Api|API|Upstream|Store)\w*$/;

/** What the request that asks is sent by stands in the trace as a call of its own. */
function isAnswer(open: Operation, asked: Operation): boolean {
  return open.kind === "call" && asked.kind === "fetch" && open.place.node === asked.place.node;
}

/** Of all that it is given, nothing is the sender's own word, and something is the answer's. */
function follows(open: Operation, asked: Operation, operations: readonly Operation[]): boolean {
  if (open.kind !== "call" && open.kind !== "query") return false;
  const used =
    open.kind === "call"
      ? open.args
      : [
          ...comparisons(open.query.where).map(({ value }) => value),
          ...(open.query.data === null ? [] : [open.query.data]),
        ];
  const id = new Set(
    asked.kind === "call"
      ? asked.args.flatMap((arg) => clientsOf(arg).map(keyOf))
      : asked.kind === "fetch"
        ? clientsOf(asked.url).map(keyOf)
        : [],
  );
  const answered = (value: Value): boolean => isOfAnswer(value, asked);
  const looked = operations.some(
    (one) =>
      one.kind === "test" &&
      one.place.node.start < open.place.node.start &&
      [one.value, ...(one.asked ?? [])].some((value) => holds(value, (inner) => saysOf(inner, asked))),
  );
  return (
    used.some((value) => answered(value) || (looked && isById(value, id))) &&
    used.every((value) => isSaidBy(value, asked, looked ? id : NONE))
  );
}

/** `payment.status`, `order.data.paid`: what the answer says; that there is one, or that it came, is no look at it. */
function saysOf(value: Value, asked: Operation): boolean {
  if (value.k !== "chain") return false;
  const at = value.steps.findIndex((step) => step.kind !== "member" && step.place.node === asked.place.node);
  const after = value.steps.slice(at + 1);
  const last = after.at(-1);
  return (
    at !== -1 &&
    last?.kind === "member" &&
    last.name !== "ok" &&
    (asked.kind !== "fetch" || after.some((step) => step.kind === "member" && /^(?:json|data|body)$/.test(step.name)))
  );
}

const MAX_DEPTH = 8;
const NONE: ReadonlySet<string> = new Set();

/** The answer itself is in it, or a row that was found by it. */
function isOfAnswer(value: Value, asked: Operation, depth = 0): boolean {
  return holds(
    value,
    (inner) =>
      (inner.k === "chain" &&
        inner.steps.some((step) => step.kind !== "member" && step.place.node === asked.place.node)) ||
      (inner.k === "rows" &&
        depth < MAX_DEPTH &&
        comparisons(inner.query.where).some((one) => one.op === "equal" && isOfAnswer(one.value, asked, depth + 1))),
  );
}

/** The id that was asked about, or a row that was found by it and nothing else of the sender's. */
function isById(value: Value, id: ReadonlySet<string>, depth = 0): boolean {
  if (depth > MAX_DEPTH) return false;
  if (value.k === "rows")
    return comparisons(value.query.where).some((one) => one.op === "equal" && isById(one.value, id, depth + 1));
  const said = clientsOf(value);
  return said.length > 0 && said.every((one) => id.has(keyOf(one)));
}

/** Nothing in it is the sender's word but the id that was asked about; what the answer is made with counts as its. */
function isSaidBy(value: Value, asked: Operation, id: ReadonlySet<string>, depth = 0): boolean {
  if (depth > MAX_DEPTH) return true;
  if (isOfAnswer(value, asked) && (value.k === "chain" || value.k === "rows")) return true;
  if (value.k === "rows")
    return comparisons(value.query.where).every((one) => isSaidBy(one.value, asked, id, depth + 1));
  if (value.k === "struct")
    return [...value.props.values(), ...value.spreads].every((one) => isSaidBy(one, asked, id, depth + 1));
  if (value.k === "list") return value.items.every((one) => isSaidBy(one, asked, id, depth + 1));
  if (value.k === "choice") return value.alternatives.every((one) => isSaidBy(one.value, asked, id, depth + 1));
  if (value.k === "derived") return value.args.every((one) => isSaidBy(one, asked, id, depth + 1));
  return clientsOf(value).every((one) => id.has(keyOf(one)));
}
