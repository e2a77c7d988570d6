import { hasGrown, isEntangled, stepsInto } from "../values/entangled.ts";
import { opaque, type Value } from "../values/value.ts";
import type { Machine } from "./machine.ts";

/** The value, or what is not seen where it holds the same ones so often that a walk over it would not end. */
export function bounded(machine: Machine, value: Value): Value {
  return isEntangled(value) ? tooMuch(machine) : value;
}

/** What a call is given, together. */
export function boundedAll(machine: Machine, values: Value[]): Value[] {
  return isEntangled({ k: "list", items: values }) ? values.map(() => tooMuch(machine)) : values;
}

/** The steps into a list that grows: what holds it was measured before. */
const MOST_GROWN = 1_000;

export function push(machine: Machine, list: Extract<Value, { k: "list" }>, values: readonly Value[]): void {
  const items = list.items as Value[];
  for (const value of values) {
    items.push(value);
    hasGrown(list);
    if (stepsInto(list, 8) > MOST_GROWN) items[items.length - 1] = tooMuch(machine);
  }
}

function tooMuch(machine: Machine): Value {
  machine.unknowns.add("values hold one another too often to be followed");
  return opaque("entangled");
}
