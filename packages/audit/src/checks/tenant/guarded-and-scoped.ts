import { decorator, lastNameOf, nameOf } from "../../entry-points/decorators.ts";
import type { ProjectFile } from "../../project.ts";
import type { Judged } from "../../rules/rule.ts";
import { declaredBy } from "../../syntax/declared.ts";
import type { Operation } from "../../trace/operation.ts";

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
  if (file === null || guard === "" || query.table === "" || !standingBeforeAll(file).has(guard)) return false;
  const counts = known.get(file) ?? new Map<string, number>();
  known.set(file, counts);
  const table = query.table.slice(query.table.lastIndexOf(".") + 1);
  const found = counts.get(table) ?? confinedStatements(file.text, table);
  counts.set(table, found);
  return found > 1;
}

const standing = new WeakMap<ProjectFile, ReadonlySet<string>>();

/** `app.use("*", memberOnly)`, `router.use(requireMember)`: of no part of a path. Read once: each statement asks. */
export function standingBeforeAll(file: ProjectFile): ReadonlySet<string> {
  const before = standing.get(file);
  if (before !== undefined) return before;
  const found = new Set<string>();
  for (const [, path = "", given = ""] of file.text.matchAll(
    /\.(?:use|addHook)\(\s*(?:["'`]([^"'`]*)["'`]\s*,\s*)?([^;\n]{0,200})/g,
  ))
    if (!/[:{]/.test(path))
      for (const name of given.split(/\W+/)) if (name !== "" && !given.includes(`${name}(`)) found.add(name);
  if (file.text.includes("UseGuards(")) for (const name of guardsOfClasses(file)) found.add(name);
  standing.set(file, found);
  return found;
}

/** `@UseGuards(JwtGuard, MemberGuard) @Controller("notes")`: before every method, whatever each is asked for. */
function guardsOfClasses(file: ProjectFile): string[] {
  return file.syntax.program.body.flatMap((statement) => {
    const declared = declaredBy(statement);
    if (declared?.type !== "ClassDeclaration") return [];
    const controller = decorator(declared.decorators, /^(?:Controller|Resolver)$/);
    if (controller === null || file.text.slice(controller.start, controller.end).includes(":")) return [];
    return declared.decorators.flatMap((one) =>
      nameOf(one) === "UseGuards" && one.expression.type === "CallExpression"
        ? one.expression.arguments.map(lastNameOf).filter((name) => name !== "")
        : [],
    );
  });
}

function confinedStatements(text: string, table: string): number {
  let count = 0;
  for (let at = text.indexOf(table); at !== -1; at = text.indexOf(table, at + table.length)) {
    if (/\w/.test(text[at - 1] ?? "") || /\w/.test(text[at + table.length] ?? "")) continue;
    const reached = text.slice(at, at + REACH);
    const end = reached.search(/;|\n\n/);
    // Another statement of the same table is counted for itself.
    const next = reached.indexOf(table, table.length + 200);
    const until = Math.min(end === -1 ? REACH : end, next === -1 ? REACH : next);
    if (CONFINES.test(reached.slice(0, until))) count += 1;
  }
  return count;
}
