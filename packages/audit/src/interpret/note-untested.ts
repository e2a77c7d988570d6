import { whereHasCredential } from "./learn.ts";
import type { Machine } from "./machine.ts";
import { REFUSED, type Alternative, type Place, type Value } from "../values/value.ts";

type Choice = Extract<Value, { k: "choice" }>;

/**
 * A field is read of something that may be nothing. Recorded where nothing means a stranger, or input that a schema
 * refused, and no test on the way here has told the two apart.
 */
export function noteUntested(machine: Machine, value: Choice, place: Place): void {
  if (machine.state === null) return;
  const nothing = value.alternatives.filter(isNothing);
  if (nothing.length === 0) return;
  const there = value.alternatives.filter((one) => !isNothing(one));
  const { facts } = machine.state;
  // What holds only where it is there holds already: it was looked at by another name.
  if (there.some((one) => one.facts.size > 0 && one.facts.beyond(facts).size === 0)) return;
  if (nothing.some((one) => one.value === REFUSED)) machine.record({ kind: "untested", what: "input", place });
  else if (!facts.has("auth") && there.length > 0 && there.every((one) => isCaller(one, machine)))
    machine.record({ kind: "untested", what: "caller", place });
}

function isNothing({ value }: Alternative): boolean {
  return value.k === "literal" && (value.value === null || value.value === undefined);
}

/** Somebody a library vouches for, or the row of a credential. Who is told by a name alone may have been asked inside. */
function isCaller({ value }: Alternative, { absent }: Machine): boolean {
  if (value.k === "principal") return value.sure || (absent !== null && value.origin === null);
  return value.k === "rows" && whereHasCredential(value);
}
