import type { ProjectFile } from "../../project.ts";
import { stemOf } from "./stem.ts";

/** Where a statement names its table and says what is to be done: `GroupModel.findOne(`, `prisma.group.delete(`, `customers.listAddresses(`. */
const STATEMENT =
  /\b(\w+)\s*\.(?:find\w*|get|update\w*|delete\w*|destroy|remove|count\w*|query)\(|\b\w+\.(?:list|find|get|fetch|retrieve|update|delete|remove|load|count|search)(?:All|Many|One)?([A-Z]\w*?)(?:By\w+|Where\w*)?\(/g;
/** How far a statement reaches from where it names its table. */
const REACH = 300;
/** A column of whose it is beside a value that is the caller's by its name. */
const CONFINES =
  /\b(?:tenant|org|organi[sz]ation|workspace|team|company|account|member|user|owner|author|creator|created_?by|customer|store|shop|site)(?:_?id)?["'`]?\s*[:,]\s*(?:c\.(?:get|var)|(?:ctx|context|req|request)\.(?!params|body|query|input)\w|res\.locals|member(?:ship)?|user|session|me|viewer|auth|account|principal|actor|caller|org(?:ani[sz]ation)?|team|tenant|workspace|customer)\w*\b/i;

const known = new WeakMap<ProjectFile, ReadonlySet<string>>();

/** Other statements of the file on the same table, or of the same service on the same rows, say whose they are. */
export function isConfinedElsewhere(file: ProjectFile, table: string): boolean {
  let confined = known.get(file);
  if (confined === undefined) known.set(file, (confined = confinedIn(file.text)));
  return confined.has(stemOf(table.slice(table.lastIndexOf(".") + 1)));
}

function confinedIn(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { index, 0: head, 1: owner, 2: noun } of text.matchAll(STATEMENT)) {
    const stem = stemOf(owner ?? noun ?? "");
    if (stem.length < 3 || found.has(stem)) continue;
    const given = text.slice(index + head.length, index + head.length + REACH);
    const end = given.search(/;|\n\n/);
    if (CONFINES.test(end === -1 ? given : given.slice(0, end))) found.add(stem);
  }
  return found;
}
