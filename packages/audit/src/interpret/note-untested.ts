import { whereHasCredential } from "./learn.ts";
import type { Machine } from "./machine.ts";
import type { Facts } from "../values/facts.ts";
import { keyOf } from "../values/key.ts";
import { comparisons } from "../values/query.ts";
import { clientOf } from "../values/trust.ts";
import {
  ABSENT,
  DENIED,
  NOBODY,
  NULL,
  REFUSED,
  UNDEFINED,
  type Alternative,
  type Place,
  type Value,
} from "../values/value.ts";

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
  else if (there.length === 0) return;
  else if (
    !facts.has("auth") &&
    (nothing.some((one) => one.value === NOBODY) ||
      there.every((one) => isCaller(one, machine)) ||
      (nothing.some(isWritten) && there.every(isSomebody)))
  )
    machine.record({
      kind: "untested",
      what: nothing.some((one) => one.value === ABSENT) ? "absent" : "caller",
      place,
    });
}

/** The same of a row that the caller and the client's choice were looked up by together, which none may match. */
export function noteUntestedRow(machine: Machine, row: Extract<Value, { k: "rows" }>, place: Place): void {
  const { query, path } = row;
  if (
    machine.state === null ||
    path !== "" ||
    query.verb !== "read" ||
    query.throws ||
    /^(?:sql|store)$/.test(query.library)
  )
    return;
  const { facts } = machine.state;
  if (facts.has(`row:${query.id}`)) return;
  const by = comparisons(query.where).filter(({ op }) => op !== "other");
  if (by.some(({ value }) => value.k === "principal") && by.some(({ value }) => clientOf(value) !== null))
    machine.record({ kind: "untested", what: "grant", place });
}

/** A caller who may not be on the request is handed on as though they were: to a query, or to a check. */
export function noteAbsent(machine: Machine, values: readonly Value[], place: Place): void {
  if (machine.state !== null && values.some((value) => mayBeAbsent(value, machine.facts)))
    machine.record({ kind: "untested", what: "absent", place });
}

function mayBeAbsent(value: Value, facts: Facts): boolean {
  return (
    value.k === "choice" &&
    value.alternatives.some((one) => one.value === ABSENT) &&
    value.alternatives.some((one) => one.value.k === "principal" && !facts.has(`set:${keyOf(one.value)}`))
  );
}

function isNothing({ value }: Alternative): boolean {
  return value.k === "literal" && (value.value === null || value.value === undefined);
}

/** Who is calling, by whatever it was told; or what was put together where a credential had been found. */
function isSomebody({ value, facts }: Alternative): boolean {
  return value.k === "principal" || (value.k === "struct" && facts.has("auth"));
}

/** `token === null ? null : …`: nothing stands in the code itself, and is not supposed of a function's name. */
function isWritten({ value }: Alternative): boolean {
  return !SUPPOSED.has(value);
}
const SUPPOSED: ReadonlySet<Value> = new Set([NULL, UNDEFINED, DENIED, REFUSED, ABSENT, NOBODY]);

/** Somebody a library vouches for, or the row of a credential. Who is told by a name alone may have been asked inside. */
function isCaller({ value }: Alternative, { absent }: Machine): boolean {
  if (value.k === "principal") return value.sure || (absent !== null && value.origin === null);
  return value.k === "rows" && whereHasCredential(value);
}
