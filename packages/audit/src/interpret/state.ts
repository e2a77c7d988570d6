import { copyMap } from "../values/copy-map.ts";
import { Facts } from "../values/facts.ts";
import { keyOf } from "../values/key.ts";
import { type Alternative, UNDEFINED, type Value } from "../values/value.ts";
import type { Slot } from "./scope.ts";

/** One path through the code at one point of it: what is known, and what was assigned on the way. */
export interface State {
  readonly facts: Facts;
  readonly assigned: ReadonlyMap<Slot, Value>;
  /** What was put on the request, by path. */
  readonly attached: ReadonlyMap<string, Value>;
}

export const START: State = { facts: Facts.none, assigned: new Map(), attached: new Map() };

export function withFacts(state: State, facts: Facts): State {
  return facts === state.facts ? state : { ...state, facts };
}

export function assign(state: State, slot: Slot, value: Value): State {
  const assigned = copyMap(state.assigned);
  assigned.set(slot, value);
  return { ...state, assigned };
}

export function read(state: State | null, slot: Slot): Value {
  return state?.assigned.get(slot) ?? slot.value;
}

/** Two paths meet. A dead one (null) leaves the other as it is. */
export function join(one: State | null, other: State | null): State | null {
  if (one === null) return other;
  if (other === null || one === other) return one;
  const facts = one.facts.or(other.facts);
  const attached = one.attached === other.attached ? one.attached : merge(one, other, facts);
  if (one.assigned === other.assigned) return { facts, assigned: one.assigned, attached };
  const assigned = new Map<Slot, Value>();
  const [own, others] = [one.facts.beyond(facts), other.facts.beyond(facts)];
  const meet = (slot: Slot, here: Value, there: Value): void => {
    const either =
      here === there
        ? here
        : choose([
            { value: here, facts: own },
            { value: there, facts: others },
          ]);
    assigned.set(slot, either);
  };
  one.assigned.forEach((here, slot) => meet(slot, here, read(other, slot)));
  other.assigned.forEach((there, slot) => {
    if (!one.assigned.has(slot)) meet(slot, slot.value, there);
  });
  return { facts, assigned, attached };
}

function merge(one: State, other: State, common: Facts): ReadonlyMap<string, Value> {
  const merged = new Map<string, Value>();
  for (const name of new Set([...one.attached.keys(), ...other.attached.keys()])) {
    const [here, there] = [one.attached.get(name) ?? UNDEFINED, other.attached.get(name) ?? UNDEFINED];
    merged.set(
      name,
      here === there ? here : choose([alternative(here, one.facts, common), alternative(there, other.facts, common)]),
    );
  }
  return merged;
}

export function alternative(value: Value, own: Facts, common: Facts): Alternative {
  return { value, facts: own.beyond(common) };
}

const MAX_ALTERNATIVES = 12;

/** A choice of several; nested ones are taken apart, so that a test reaches each, and equal ones are one. */
export function choose(alternatives: readonly Alternative[]): Value {
  const byKey = new Map<string, Alternative>();
  const add = (value: Value, facts: Facts, truth: boolean | undefined): void => {
    // What a schema has passed on and what it refused have one key, and are two things.
    const key = value.k === "client" && value.checked ? `${keyOf(value)}!` : keyOf(value);
    const before = byKey.get(key);
    const marked = before === undefined || before.truth === truth ? truth : undefined;
    const all = before === undefined ? facts : before.facts.or(facts);
    byKey.set(key, marked === undefined ? { value, facts: all } : { value, facts: all, truth: marked });
  };
  for (const one of alternatives) {
    if (one.value.k === "choice") {
      for (const inner of one.value.alternatives)
        add(inner.value, inner.facts.and(one.facts), inner.truth ?? one.truth);
    } else add(one.value, one.facts, one.truth);
  }
  const all = [...byKey.values()];
  const [first] = all;
  if (first !== undefined && all.length === 1 && first.facts.size === 0) return first.value;
  return { k: "choice", alternatives: all.slice(0, MAX_ALTERNATIVES) };
}
