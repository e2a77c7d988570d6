import { keyOf } from "./key.ts";
import type { Condition } from "./value.ts";

export type { Condition, Query, Verb } from "./value.ts";

let queries = 0;
export function nextQueryId(): number {
  queries += 1;
  return queries;
}

/** Every comparison below a condition that holds for all rows found: those inside `any` are left out. */
export function comparisons(condition: Condition | null): Extract<Condition, { kind: "compare" }>[] {
  if (condition === null) return [];
  if (condition.kind === "compare") return [condition];
  if (condition.kind === "all") return condition.of.flatMap(comparisons);
  return condition.kind === "any" && condition.of.length === 1 ? condition.of.flatMap(comparisons) : [];
}

/** One of several ways in which rows may be chosen; `presumed` says in other words what holds of that way alone. */
export interface Way {
  readonly condition: Condition;
  readonly presumed: Condition | null;
}

/** Either of them holds: what all of them ask for holds in any case, and is not left inside. */
export function eitherWay(ways: readonly Way[]): Condition {
  const parts = ways.map(({ condition }) => conjuncts(condition));
  const [first = [], ...others] = parts;
  const shared = others.length === 0 ? [] : first.filter((one) => others.every((part) => isAmong(one, part)));
  if (shared.length === 0) return { kind: "any", of: ways.map(({ condition, presumed }) => presumed ?? condition) };
  const rest = ways.map(({ presumed }, at): Condition => {
    if (presumed !== null) return presumed;
    return { kind: "all", of: (parts[at] ?? []).filter((one) => !isAmong(one, shared)) };
  });
  // One of the ways asks for no more.
  if (rest.some((one) => one.kind === "all" && one.of.length === 0)) return { kind: "all", of: shared };
  return { kind: "all", of: [...shared, { kind: "any", of: rest }] };
}

function conjuncts(condition: Condition): readonly Condition[] {
  return condition.kind === "all" ? condition.of.flatMap(conjuncts) : [condition];
}

function isAmong(one: Condition, others: readonly Condition[]): boolean {
  return others.some((other) => isSame(one, other));
}

function isSame(one: Condition, other: Condition): boolean {
  if (one.kind === "compare")
    return (
      other.kind === "compare" &&
      one.field === other.field &&
      one.op === other.op &&
      keyOf(one.value) === keyOf(other.value)
    );
  return one.kind === "unknown" && other.kind === "unknown" && keyOf(one.value) === keyOf(other.value);
}
