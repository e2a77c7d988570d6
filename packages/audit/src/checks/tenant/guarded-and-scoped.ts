import { decorator, lastNameOf, nameOf } from "../../entry-points/decorators.ts";
import type { ProjectFile } from "../../project.ts";
import type { Judged } from "../../rules/rule.ts";
import { perFile } from "../../source/per-file.ts";
import { says } from "../../source/says.ts";
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
  const [, guard = ""] =
    /^(\w+).* (?:may have looked at what is asked for|is told which right to ask for)$/.exec(why) ?? [];
  if (file === null || guard === "" || query.table === "") return false;
  const table = query.table.slice(query.table.lastIndexOf(".") + 1);
  if (!standingBeforeAll(file).has(guard)) return confinedUnder(file, table, guard) >= UNDER_THE_SAME;
  const counts = known.get(file) ?? new Map<string, number>();
  known.set(file, counts);
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

/** How many routes behind the same guard have to say whose the rows are, for it not to do so itself. */
const UNDER_THE_SAME = 3;
const ROUTE = /\.(?:get|post|put|patch|delete|del)\(\s*["'`]/g;
/** How far it is from where a route is named to the end of its guards. */
const HEAD = 240;

const under = perFile((file: ProjectFile) => ({
  routes: [...file.text.matchAll(ROUTE)].map(({ index }) => index),
  counts: new Map<string, number>(),
}));

/**
 * `router.get("/:id", checkAccess("projects", "read"), …)`: of the routes that stand behind one guard, those whose
 * statements on this table say whose its rows are.
 */
function confinedUnder(file: ProjectFile, table: string, guard: string): number {
  const { routes, counts } = under(file);
  const key = `${guard} ${table}`;
  const before = counts.get(key);
  if (before !== undefined) return before;
  let count = 0;
  for (const [at, start] of routes.entries()) {
    const route = file.text.slice(start, routes[at + 1]);
    if (!route.slice(0, HEAD).split(/\W+/).includes(guard)) continue;
    if (confinedStatements(route, table, says(file, OF_CALLER)) > 0) count += 1;
  }
  counts.set(key, count);
  return count;
}

/** `const { orgId, userId } = ctx.state`: what it is called from here on. */
const OF_CALLER =
  /\{[^{}]*\b(?:org|organi[sz]ation|tenant|workspace|team|user|account|member)_?[iI]d\b[^{}]*\}\s*=\s*(?:(?:ctx|context|c|req|request)\.(?:state|user|auth|session|locals|var)|res\.locals|session|auth)\b/;
const CONFINES_BY_NAME =
  /\b(?:tenant|org|organi[sz]ation|workspace|team|company|account|member|user|owner)_?id\b["'`]?\]?\s*(?:,\s*(?:["']=["']\s*,\s*)?|:\s*|=\s*(?:\$\{)?)(?:tenant|org|organi[sz]ation|workspace|team|company|account|member|user)_?id\b/i;

function confinedStatements(text: string, table: string, byName = false): number {
  let count = 0;
  for (let at = text.indexOf(table); at !== -1; at = text.indexOf(table, at + table.length)) {
    if (/\w/.test(text[at - 1] ?? "") || /\w/.test(text[at + table.length] ?? "")) continue;
    const reached = text.slice(at, at + REACH);
    const end = reached.search(/;|\n\n/);
    // Another statement of the same table is counted for itself.
    const next = reached.indexOf(table, table.length + 200);
    const until = Math.min(end === -1 ? REACH : end, next === -1 ? REACH : next);
    const statement = reached.slice(0, until);
    if (CONFINES.test(statement) || (byName && CONFINES_BY_NAME.test(statement))) count += 1;
  }
  return count;
}
