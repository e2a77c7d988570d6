import type { ProjectFile } from "../../project.ts";
import { isStoredSecret } from "./secret-names.ts";

/**
 * `insert(locks).values({`, `db("locks").insert({`, `update(locks).set({`, `insertInto("locks").values({`: where query
 * builders write columns. Whole rows come back with all of them; no model stands between that would leave one out.
 */
const WRITES =
  /\b(?:insert|insertInto|update|updateTable|into)\(\s*["'`]?([\w.]{2,60})["'`]?\s*\)\s*\.(?:values|set|insert)\(\s*\[?\s*(?=\{)|\(\s*["'`]([\w.]{2,60})["'`]\s*\)\s*(?:\.where\([^()]{0,120}\)\s*){0,3}\.(?:insert|update)\(\s*\[?\s*(?=\{)/g;
/** What is kept so can only be opened by the server; handed out it is of no use to anybody. */
const SEALED = /encrypt|seal|cipher|wrap|\bkms\b|\benc\(|protect/i;
const EMPTY = /^\s*(?:null|undefined|["'`]["'`])\s*$/;
/** Somebody who is invited has none yet, and everybody else in the table has. */
const OF_PEOPLE = /^(?:\w+_)?(?:hashed_?)?(?:password|passwd|pwd)(?:_?hash)?$/i;
const COLUMN = /[{,]\s*["']?(\w+)["']?\s*(?::\s*([^,{}]{0,120})|(?=[,}]))/g;

const known = new WeakMap<ProjectFile, ReadonlyMap<string, string>>();

/** The column of a table under which the same file writes a secret, or null. */
export function writtenColumn(table: string, file: ProjectFile): string | null {
  let found = known.get(file);
  if (found === undefined) known.set(file, (found = writtenIn(file.text)));
  return found.get(nounOf(table)) ?? null;
}

function writtenIn(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { index, 0: all, 1: one, 2: two } of text.matchAll(WRITES)) {
    const noun = nounOf(one ?? two ?? "");
    if (found.has(noun)) continue;
    for (const [, column = "", value = column] of objectAt(text, index + all.length).matchAll(COLUMN))
      if (isStoredSecret(column) && !SEALED.test(value) && (!EMPTY.test(value) || OF_PEOPLE.test(column))) {
        found.set(noun, column);
        break;
      }
  }
  return found;
}

/** The text of the object that begins there. */
function objectAt(text: string, start: number): string {
  let depth = 0;
  for (let at = start; at < text.length && at < start + 2_000; at += 1) {
    if (text[at] === "{") depth += 1;
    else if (text[at] === "}" && (depth -= 1) === 0) return text.slice(start, at + 1);
  }
  return "";
}

/** `schema.smart_locks` → smartlock. */
function nounOf(name: string): string {
  return name
    .slice(name.lastIndexOf(".") + 1)
    .toLowerCase()
    .replaceAll("_", "")
    .replace(/s$/, "");
}
