import type { Facts } from "../values/facts.ts";
import { keyOf } from "../values/key.ts";
import { DENIED, type Value } from "../values/value.ts";

export function isNullish(value: Value): boolean {
  return value.k === "literal" && (value.value === null || value.value === undefined || value === DENIED);
}

/** `(body?.secret ?? undefined) === process.env.SECRET`, which was seen to be set: what is nothing does not equal it. */
export function thatMayEqual(value: Value, other: Value, facts: Facts): Value {
  if (value.k !== "choice" || !facts.has(`set:${keyOf(other)}`)) return value;
  const there = value.alternatives.filter((one) => !isNullish(one.value));
  return there.length === 1 && there[0] !== undefined ? there[0].value : value;
}
