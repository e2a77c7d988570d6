import type { ProjectFile } from "../../project.ts";
import type { Judged } from "../../rules/rule.ts";
import { says } from "../../source/says.ts";
import { comparisons, type Query } from "../../values/query.ts";

export const BY_LINK = "guests are callers too, and others here read the same for whoever has its id";

/** Whoever comes is somebody: `ctx.user.isGuest`, `session.anonymous`. */
const GUESTS =
  /\b(?:user|viewer|session|me|caller|account|member|visitor|identity)[?!]?\.(?:is_?(?:guest|anonymous)|guest|anonymous)\b/i;
/** A builder of procedures that asks for nobody, up to the next. */
const PROCEDURE = /\b(\w*[pP]rocedure)\b/g;
const FOR_ALL = /^(?:public|open|base|anonymous|visitor|guest|optional\w*)_?procedure$/i;

const known = new WeakMap<ProjectFile, ReadonlySet<string>>();

/**
 * A poll, a board or a form that people open by its link, with or without an account: the file reads its rows by their
 * id for strangers, and those who are known may be guests. To read it by its id then, or what hangs on it, is to follow
 * the link; to change it is not.
 */
export function isOpenByLink(query: Query, { project }: Judged): boolean {
  if (!/^(?:read|list|count)$/.test(query.verb)) return false;
  const file = project.file(query.place.file);
  if (file === null || !says(file, GUESTS)) return false;
  let tables = known.get(file);
  if (tables === undefined) known.set(file, (tables = readForAll(file.text)));
  const isRead = (table: string): boolean => tables.has(table.toLowerCase());
  return (
    isRead(query.table) || comparisons(query.where).some(({ value }) => value.k === "rows" && isRead(value.query.table))
  );
}

/** The tables that procedures for everybody look into by an id that was sent. */
function readForAll(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  const places = [...text.matchAll(PROCEDURE)];
  for (const [at, { 1: name = "", index }] of places.entries()) {
    const said = text.slice(index, places[at + 1]?.index ?? text.length);
    const body = said.indexOf(".query(");
    if (!FOR_ALL.test(name) || body === -1 || /\.use\(/.test(said.slice(0, body))) continue;
    for (const [, table = ""] of said.matchAll(READS)) found.add(table.toLowerCase());
  }
  return found;
}
const READS = /\b(\w+)\.(?:findUnique|findFirst|findUniqueOrThrow|findFirstOrThrow|findOne|findById)\(/g;
