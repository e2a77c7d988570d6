import type { Judged } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import { keyOf } from "../../values/key.ts";
import { comparisons } from "../../values/query.ts";
import { clientsOf } from "../../values/trust.ts";
import type { Facts } from "../../values/facts.ts";
import type { Value } from "../../values/value.ts";

type QueryOperation = Extract<Operation, { kind: "query" }>;

/** By who is calling and this, or all that was sent with it, somebody was turned away. */
export function isValueDoubted(value: Value, facts: Facts): boolean {
  return clientsOf(value).some(
    (said) => facts.has(`doubt:${keyOf(said)}`) || facts.has(`doubt:${keyOf({ ...said, path: "" })}`),
  );
}

/** By who is calling and what chooses these rows somebody was turned away: before they are changed, or before they are used. */
export function isDoubted(one: QueryOperation, { trace }: Judged): boolean {
  const keys = comparisons(one.query.where).flatMap(({ value }) =>
    clientsOf(value).map((said) => `doubt:${keyOf(said)}`),
  );
  if (keys.length === 0) return false;
  const isIn = ({ facts }: Operation): boolean => keys.some((key) => facts.has(key));
  return isIn(one) || (/^(?:read|list|count)$/.test(one.query.verb) && trace.operations.some(isIn));
}
