import type { Judged } from "../rules/rule.ts";
import type { Operation } from "../trace/operation.ts";

const COLUMN = String.raw`(?:tenant|org|organi[sz]ation|workspace|team|company|account)_?id\b`;

/** Other statements of the same file name the tenant's column of this table: its rows are not everybody's. */
export function isScopedBeside({ query, place }: Extract<Operation, { kind: "query" }>, { project }: Judged): boolean {
  const text = project.file(place.file)?.text ?? "";
  const table = query.table.slice(query.table.lastIndexOf(".") + 1);
  if (!/^\w{3,}$/.test(table)) return false;
  return new RegExp(
    // Drizzle's `posts.teamId`, Prisma's `post.findMany({ where: { teamId`, SQL's `from posts where team_id`.
    String.raw`\b${table}\.${COLUMN}|\.${table}\.\w+\(\s*\{\s*where:\s*\{[^{}]*\b${COLUMN}|\b(?:from|update|join)\s+${table}\b[^"'\`;]{0,200}\b${COLUMN}`,
    "i",
  ).test(text);
}
