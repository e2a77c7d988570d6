import type { Token } from "../token.ts";
import type { Schema } from "../schema.ts";

/** An insert that is worth reading: all others are data. */
export const INSERTS_BUCKET = /^\s*insert\s+into\s+"?storage"?\s*\.\s*"?buckets"?/i;

/** `insert into storage.buckets (id, name, public) values ('reports', 'reports', false)`: which buckets are not for everybody. */
export function insertBuckets(schema: Schema, tokens: readonly Token[]): void {
  const groups: (readonly Token[])[][] = [];
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === "symbol" && token.value === "(") {
      depth++;
      if (depth === 1) {
        groups.push([[]]);
        continue;
      }
    }
    if (token.kind === "symbol" && token.value === ")") depth--;
    const group = groups.at(-1);
    if (depth < 1 || group === undefined) continue;
    if (depth === 1 && token.kind === "symbol" && token.value === ",") group.push([]);
    else group.splice(-1, 1, [...(group.at(-1) ?? []), token]);
  }
  const [columns, ...rows] = groups;
  const names = (columns ?? []).map(([name]) => name?.value ?? "");
  const id = names.includes("id") ? names.indexOf("id") : names.indexOf("name");
  for (const row of rows) {
    const name = row[id]?.[0];
    if (name?.kind !== "string") continue;
    // Left out it is false.
    const open = names.includes("public") ? row[names.indexOf("public")]?.[0]?.value : "false";
    if (open === "true") schema.privateBuckets.delete(name.value);
    else if (open === "false") schema.privateBuckets.add(name.value);
  }
}
