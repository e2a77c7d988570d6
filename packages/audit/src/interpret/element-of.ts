import { Facts } from "../values/facts.ts";
import { opaque, type Value } from "../values/value.ts";
import type { Machine } from "./machine.ts";
import { choose } from "./state.ts";
import { settled } from "./consume.ts";

/** One element of a collection: whatever is shown of it holds of each. */
export function elementOf(machine: Machine, collection: Value): Value {
  const value = settled(machine, collection);
  switch (value.k) {
    case "list":
      return value.items.length === 0
        ? opaque("element")
        : choose(value.items.map((item) => ({ value: item, facts: Facts.none })));
    case "client":
    case "rows":
    case "principal":
      return { ...value, path: value.path === "" ? "[]" : `${value.path}.[]` };
    case "choice": {
      // In an empty list there is nothing to be any of it: `(settings.admins ?? []).some(…)`.
      const inner = value.alternatives.filter(
        (one) => one.value.k !== "literal" && !(one.value.k === "list" && one.value.items.length === 0),
      );
      return inner.length === 0
        ? opaque("element")
        : choose(inner.map((one) => ({ value: elementOf(machine, one.value), facts: one.facts })));
    }
    case "env":
      return value;
    case "chain":
      return { ...value, steps: [...value.steps, { kind: "member", name: "[]" }] };
    case "derived":
      // A byte of a digest is made of all that went into it.
      if (/^(?:hash|hmac|bytes)$/.test(value.op)) return value;
      return value.args[0] === undefined ? opaque("element") : elementOf(machine, value.args[0]);
    default:
      return opaque("element");
  }
}
