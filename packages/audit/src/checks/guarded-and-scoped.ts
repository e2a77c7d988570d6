import type { ProjectFile } from "../project.ts";
import type { Judged } from "../rules/rule.ts";
import type { Operation } from "../trace/operation.ts";

type QueryOperation = Extract<Operation, { kind: "query" }>;

/** A column of whose it is beside a value of the caller's: `.where("member_id", "=", member.id)`, `eq(notes.orgId, ctx.orgId)`. */
const CONFINES =
  /(?:tenant|org|organi[sz]ation|workspace|team|company|account|member|user|owner|author|created_?by|project|store|shop|site)_?id\b["'`]?\]?\s*(?:,\s*(?:["']=["']\s*,\s*)?|:\s*|=\s*(?:\$\{)?)(?:await\s+)?(?:c\.(?:get|var)|ctx|context|req|request|res\.locals|member(?:ship)?|user|session|me|viewer|auth|account|principal|actor|caller|org(?:ani[sz]ation)?|team|tenant|workspace)\b/i;
/** How far a statement reaches from where it names its table. */
const REACH = 420;

const known = new WeakMap<ProjectFile, Map<string, number>>();

/**
 * A guard that stands before every route of a file knows who comes, and has not looked at what each of them asks for:
 * the others still say whose the rows of this table are. The fact a guard's name gave is not taken for more than that.
 */
export function isScopedDespite(why: string, { query, place }: QueryOperation, { project }: Judged): boolean {
  const file = project.file(place.file);
  const [, guard = ""] = /^(\w+) may have looked at what is asked for$/.exec(why) ?? [];
  if (file === null || guard === "" || query.table === "" || !standsBeforeAll(file.text, guard)) return false;
  const counts = known.get(file) ?? new Map<string, number>();
  known.set(file, counts);
  const table = query.table.slice(query.table.lastIndexOf(".") + 1);
  const found = counts.get(table) ?? confinedStatements(file.text, table);
  counts.set(table, found);
  return found > 1;
}

/** `app.use("*", memberOnly)`, `router.use(requireMember)`: of no part of a path. */
function standsBeforeAll(text: string, guard: string): boolean {
  for (const [, path = "", given = ""] of text.matchAll(
    /\.(?:use|addHook)\(\s*(?:["'`]([^"'`]*)["'`]\s*,\s*)?([^;\n]{0,200})/g,
  ))
    if (!/[:{]/.test(path) && given.split(/\W+/).includes(guard) && !given.includes(`${guard}(`)) return true;
  return false;
}

function confinedStatements(text: string, table: string): number {
  let count = 0;
  for (let at = text.indexOf(table); at !== -1; at = text.indexOf(table, at + table.length)) {
    if (/\w/.test(text[at - 1] ?? "") || /\w/.test(text[at + table.length] ?? "")) continue;
    const end = text.indexOf(";", at);
    const blank = text.indexOf("\n\n", at);
    const until = Math.min(at + REACH, end === -1 ? Infinity : end, blank === -1 ? Infinity : blank);
    // Another statement of the same table is counted for itself.
    const next = text.indexOf(table, at + table.length + 200);
    if (CONFINES.test(text.slice(at, next === -1 ? until : Math.min(until, next)))) count += 1;
  }
  return count;
}
