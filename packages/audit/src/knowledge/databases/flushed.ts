import type { Machine } from "../../interpret/machine.ts";
import type { Value } from "../../values/value.ts";
import type { NamedCall } from "./chain.ts";
import type { Found } from "./found.ts";

type Rows = Extract<Value, { k: "rows" }>;

/** `em.flush()`: what was changed of the rows that were found is written; where none was, it is no statement. */
export function flushed({ operations, facts }: Machine, calls: readonly NamedCall[]): Found | null {
  const last = calls.at(-1);
  if (last?.name !== "flush" || last.args.length > 0) return null;
  // `em.remove(note).flush()`
  const [given] = calls.at(-2)?.name === "remove" ? (calls.at(-2)?.args ?? []) : [];
  if (given?.k === "rows") return written(given, "delete");
  const changed: Rows[] = [];
  for (const one of operations) if (one.kind === "change") changed.push(one.row);
  // Of several the one that nobody has asked about.
  const row = changed.findLast(({ query }) => !facts.has(`row:${query.id}`)) ?? changed.at(-1);
  return row === undefined ? null : written(row, "update");
}

function written({ query }: Rows, verb: "update" | "delete"): Found {
  return { library: "typeorm", table: query.table, verb, where: query.where, at: query.place };
}
