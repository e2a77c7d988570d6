import type { Value } from "../values/value.ts";

/** The member a chain ends in; empty for anything else. */
export function lastName(value: Value): string {
  if (value.k !== "chain") return "";
  const last = value.steps.at(-1);
  return last?.kind === "member" ? last.name : "";
}
