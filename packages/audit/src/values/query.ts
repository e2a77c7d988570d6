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
