import type { Facts } from "../values/facts.ts";
import { keyOf } from "../values/key.ts";
import { DENIED, type Value } from "../values/value.ts";

export function isNullish(value: Value): boolean {
  return value.k === "literal" && (value.value === null || value.value === undefined || value === DENIED);
}

/**
 * `(body?.secret ?? undefined) === process.env.SECRET`, which was seen to be set: what is nothing does not equal it. The
 * one that may, with what holds where it is that one.
 */
export function thatMayEqual(
  value: Value,
  other: Value,
  facts: Facts,
): { readonly value: Value; readonly facts: Facts } {
  if (value.k === "choice" && facts.has(`set:${keyOf(other)}`)) {
    const [only, more] = value.alternatives.filter((one) => !isNullish(one.value));
    if (only !== undefined && more === undefined) return { value: only.value, facts: facts.and(only.facts) };
  }
  return { value, facts };
}
