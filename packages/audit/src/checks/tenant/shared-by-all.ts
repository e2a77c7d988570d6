import { wordsOf } from "../../knowledge/names.ts";
import type { ProjectFile } from "../../project.ts";
import type { Judged } from "../../rules/rule.ts";
import { says } from "../../source/says.ts";
import type { Operation } from "../../trace/operation.ts";
import { comparisons } from "../../values/query.ts";
import { speaksOfNobody } from "./global-role.ts";
import { isMadeForNobody } from "./made-for-nobody.ts";
import { isShownToAll } from "./people-of-one-house.ts";
import { stemOf } from "./stem.ts";

/** Who is calling, as something that is read and not only let in. */
const READS_CALLER =
  /\b(?:req|request|ctx|context|c|event|locals|state|session|interaction|socket)[?!]?\.(?:user|session|auth|account|member|customer|principal|viewer|person|identity|actor|caller|userId|uid|get\(|var\b)|\b(?:user|owner|author|creator|created_?by|account|member|customer|tenant|org|team)_?id\b|@(?:Current|Req|Auth|Get)?\w*User\b|\b(?:current|session|auth)_?User\b|\b(?:session|user|viewer|me)\s*=\s*await\b|\bauth\.uid\b|\buser[?!]?\.(?:id|_id|sub|email)\b/i;

export const EVERYBODYS = "nothing in this file is anybody's in particular";

const known = new WeakMap<ProjectFile, boolean>();

/**
 * A product of one household: rows are made here for nobody in particular, and listed to whoever has signed in. Where
 * none of a file's handlers so much as looks at who is calling, there is no owner that one of them could have forgotten.
 */
export function isSharedByAll(one: Operation, { project, entry }: Judged): boolean {
  if (one.place.file !== entry.file) return false;
  const file = project.file(entry.file);
  if (file === null) return false;
  let nobodys = known.get(file);
  if (nobodys === undefined) {
    nobodys = LISTS.test(file.text) && !READS_CALLER.test(file.text) && speaksOfNobody(file.text);
    known.set(file, nobodys);
  }
  const isNobodys = (noun: string): boolean => !isOwnedWhereDeclared(file, noun, project);
  if (nobodys && nounsOf(one).some((noun) => isMadeIn(file, noun) && isNobodys(noun))) return true;
  if (one.kind !== "query") return false;
  return (isMadeForNobody(file, one.query) && isNobodys(one.query.table)) || isShownToAll(file, one.query);
}

/** All there are, or all of a kind. */
const LISTS =
  /\.(?:findMany|findAll|find|list|getAll|all|findAndCount|scan)\(\s*(?:\)|\{\s*\}|\{\s*(?:orderBy|order|take|limit|select|include|sort|skip)\b|"\w+"\s*(?:\)|,[\s"'`]*ORDER))|\bselect\b[^"'`;]{1,300}\bfrom\s+"?\w+"?\s*(?:order\b|limit\b|["'`])|\.from\(\s*["'`]?\w+["'`]?\s*\)\s*\.(?:order|select\([^)]{0,500}\)\s*(?:[;.]\s*)?(?:order|$)|limit)|\.select\([^)]{0,500}\)\.from\(\w+\)\s*(?:;|\.orderBy|\.limit)|selectFrom\(["'`]\w+["'`]\)\s*\.(?:selectAll|select)\([^)]{0,500}\)\s*\.(?:orderBy|limit|execute)/i;

/** What it is about: the table, what its rows hang on (`monitor_id`), what a function is named after (`stopMonitor`). */
function nounsOf(one: Operation): readonly string[] {
  if (one.kind === "call") return [wordsOf(one.name).at(-1) ?? ""];
  if (one.kind !== "query") return [];
  const { table, where } = one.query;
  const above = comparisons(where).flatMap(({ field }) => {
    const [, stem] = /(\w+?)_?id$/i.exec(field.slice(field.lastIndexOf(".") + 1)) ?? [];
    return stem === undefined || stem === "_" ? [] : [stem];
  });
  return [table.slice(table.lastIndexOf(".") + 1), ...above];
}

function isMadeIn(file: ProjectFile, noun: string): boolean {
  let names = made.get(file);
  if (names === undefined) {
    names = new Set(
      MAKES.flatMap((of) => [...file.text.matchAll(of)].map(([, name = ""]) => stemOf(name))).filter(
        (name) => name.length > 2,
      ),
    );
    made.set(file, names);
  }
  return names.has(stemOf(noun));
}
/** The model this file takes its rows from says whose each is: nobody asks here, and somebody was forgotten. */
function isOwnedWhereDeclared(file: ProjectFile, noun: string, project: Judged["project"]): boolean {
  const stem = stemOf(noun);
  for (const text of importedTexts(file, project)) {
    for (const { 1: name = "", index } of text.matchAll(DECLARED))
      if (stemOf(name) === stem && OWNER.test(text.slice(index, text.indexOf("\n}", index) + 1 || index + 2_000)))
        return true;
  }
  return false;
}

/** What the file imports, and what an index among that hands on. */
function importedTexts(file: ProjectFile, project: Judged["project"]): readonly string[] {
  const found = new Set<ProjectFile>();
  const take = (from: ProjectFile, specifiers: RegExp): void => {
    for (const [, specifier = ""] of from.text.matchAll(specifiers)) {
      const resolved = project.resolve(from.path, specifier);
      const other = resolved.kind === "file" ? project.file(resolved.path) : null;
      if (other !== null && found.size < MAX_IMPORTED) found.add(other);
    }
  };
  take(file, IMPORTED);
  const imported = [...found];
  for (const one of imported) if (says(one, HANDS_ON)) take(one, HANDED_ON);
  return [...found].map(({ text }) => text);
}
const MAX_IMPORTED = 200;
const HANDS_ON = /\bexport\s{0,9}(?:type\s|[*{])/;
const HANDED_ON =
  /\bexport\s*(?:type\s*)?(?:\*(?:\s*as\s+\w{1,80})?|\{[^{}]{0,800}\})\s*from\s*["']([^"'\n]{1,200})["']/g;
const IMPORTED = /(?:\bfrom|\brequire\()\s*["']([^"'\n]{1,200})["']/g;
const DECLARED = /\b(?:const|class|interface|model)\s+(\w{1,80})/g;
const OWNER =
  /\b(?:owner|user|author|creator|created_?by|tenant|org|organi[sz]ation|workspace|team|account|customer|company)(?:_?id)?\b["'`]?\s*[?!]?\s*[:(=]/i;

const made = new WeakMap<ProjectFile, ReadonlySet<string>>();

const MAKES = [
  /\binsert\s+into\s+["'`]?(?:\w+\.)?["'`]?(\w+)/gi,
  /["'`]?\b(\w+)["'`]?\)?\.(?:create|insert|insertOne|bulkCreate|build)\(/g,
  /\b(?:dispense|insert|insertInto|create)\(\s*["'`]?(\w+)["'`]?\s*[,)]/g,
  /\bnew\s+([A-Z]\w+)\(/g,
];
