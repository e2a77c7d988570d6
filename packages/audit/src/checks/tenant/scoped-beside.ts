import type { ProjectFile } from "../../project.ts";
import type { Judged } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";

/** Drizzle's `posts.teamId`, Prisma's `post.findMany({ where: { teamId`, a house's `post.findMany({ teamId`, SQL's `from posts where team_id`. */
const NAMED = [
  /\b(\w+)\.(?:tenant|org|organi[sz]ation|workspace|team|company|account)_?id\b/gi,
  /\.(\w+)\.\w+\(\s*\{\s*(?:(?:where|filters?|criteria|conditions?|query|match):\s*\{)?[^{}]*\b(?:tenant|org|organi[sz]ation|workspace|team|company|account)_?id\b/gi,
  /\b(?:from|update|join)\s+(\w+)\b[^"'`;]{0,200}\b(?:tenant|org|organi[sz]ation|workspace|team|company|account)_?id\b/gi,
];

const OWNED = [
  /\.(\w+)\.\w+\(\s*\{\s*where:\s*\{[^{}]*\b(?:user|owner|author|creator|created_?by)_?(?:id)?\s*[:,}]/gi,
  /\b(\w+)\.(?:user|owner|author|creator|created_?by)_?id\s*,\s*\w+\.(?:user|session)/gi,
];

const known = new WeakMap<ProjectFile, ReadonlySet<string>>();
const owned = new WeakMap<ProjectFile, ReadonlySet<string>>();

/** Other statements of the same file ask whose a row of this table is. */
export function isOwnedBeside(one: Extract<Operation, { kind: "query" }>, judged: Judged): boolean {
  if (isScopedBeside(one, judged)) return true;
  const file = judged.project.file(one.place.file);
  if (file === null) return false;
  const tables =
    owned.get(file) ??
    new Set(OWNED.flatMap((of) => [...file.text.matchAll(of)].map(([, name = ""]) => name.toLowerCase())));
  owned.set(file, tables);
  return tables.has(one.query.table.slice(one.query.table.lastIndexOf(".") + 1).toLowerCase());
}

/** Other statements of the same file name the tenant's column of this table: its rows are not everybody's. */
export function isScopedBeside({ query, place }: Extract<Operation, { kind: "query" }>, { project }: Judged): boolean {
  const file = project.file(place.file);
  if (file === null) return false;
  const before = known.get(file);
  const scoped =
    before ?? new Set(NAMED.flatMap((of) => [...file.text.matchAll(of)].map(([, table = ""]) => table.toLowerCase())));
  if (before === undefined) known.set(file, scoped);
  return scoped.has(query.table.slice(query.table.lastIndexOf(".") + 1).toLowerCase());
}
