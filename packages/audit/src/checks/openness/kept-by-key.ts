import type { ProjectFile } from "../../project.ts";
import type { Judged } from "../../rules/rule.ts";
import { perFile } from "../../source/per-file.ts";
import type { Operation } from "../../trace/operation.ts";
import { comparisons } from "../../values/query.ts";
import { clientOf } from "../../values/trust.ts";
import { onlyCounts, onlyTouches } from "./counted.ts";

/**
 * Rows that are made with a key of their own, by which whoever made them takes them away again, belong to no account:
 * `paste.create({ data: { text, deletionKey: nanoid() } })`. Whoever has the link may look at one.
 */
export function isReadByLink(one: Operation, { project }: Judged): boolean {
  if (one.kind !== "query" || one.facts.has("auth")) return false;
  const { verb, data, where, table } = one.query;
  if (verb !== "read" && !(verb === "update" && (onlyCounts(data) || onlyTouches(data)))) return false;
  const byId = comparisons(where).some(
    ({ field, op, value }) => op === "equal" && /(?:^|[._])(?:id|uuid|slug)$/i.test(field) && clientOf(value) !== null,
  );
  const file = project.file(one.place.file);
  return byId && file !== null && keptByKey(file).has(table.toLowerCase());
}

/** The tables whose rows a file makes with such a key, and takes away by it. */
const keptByKey = perFile(({ text }: ProjectFile): ReadonlySet<string> => {
  const found = new Set<string>();
  if (!text.includes("create(") || KNOWS_SOMEBODY.test(text)) return found;
  for (const { index, 1: table = "" } of text.matchAll(CREATED)) {
    const made = MADE_KEY.exec(text.slice(index, index + REACH));
    const key = made?.[1] ?? "";
    // It stands in the condition under which a row is taken away.
    if (made !== null && text.indexOf(key, index + made.index + made[0].length) !== -1) found.add(table.toLowerCase());
  }
  return found;
});
const CREATED = /\.(\w+)\.create\(/g;
const REACH = 800;
const MADE_KEY =
  /\b((?:delet(?:e|ion)|remov(?:e|al)|edit|manage(?:ment)?|owner|claim)_?(?:key|token|secret|code)(?:_?hash)?)\s*:\s*(?:await\s+)?\w*(?:uuid|nano_?id|random\w*|token|hash|digest|generate\w*|create\w*)\w*\(/i;
const KNOWS_SOMEBODY =
  /\b(?:ctx|context|req|request)\.(?:session|user|auth)\b|protectedProcedure|getServerSession|\bauth\(\)/;
