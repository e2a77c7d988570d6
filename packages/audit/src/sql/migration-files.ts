/** A file that may hold migrations: SQL, or TypeScript and JavaScript that hand SQL to a database. */
export interface SqlFile {
  readonly path: string;
  readonly text: string;
}

/** Migrations that make one database, in order; each with the folder it belongs to. */
export type Migrations = readonly { readonly file: SqlFile; readonly set: string }[];

const BACKWARDS = /(?:^|[./_-])(?:down|rollback|revert|undo)(?=[./_-])[^/]*$|(?:^|\/)(?:down|rollbacks?|reverts?)\//i;
const NOT_THE_SCHEMA =
  /(?:^|\/)(?:node_modules|tests?|__tests__|fixtures|seeds?|snippets|queries|\.git)\/|(?:^|\/)seeds?[^/]*\.\w+$|\.(?:test|spec)\.[^/]+$/i;
const OTHER_DATABASE =
  /(?:^|[/_.-])(?:mysql|sqlite|clickhouse|planetscale|d1|mssql|oracle|mariadb|duckdb|bigquery|tinybird)(?=[/_.-])/i;
const MARKER = /^(?:supabase|prisma|drizzle|migrations?|db|database|sql|schemas?|policies)$/i;
const RELEVANT = /\b(?:table|policy|function|procedure|routine|view|grant|revoke|role|privileges|schema)\b/i;
const DUMP = "-- PostgreSQL database dump";

/** Whether a file is replayed at all: not those that go backwards, seed, test, or speak to another database. */
export function isForward({ path, text }: SqlFile): boolean {
  return !BACKWARDS.test(path) && !NOT_THE_SCHEMA.test(path) && !OTHER_DATABASE.test(path) && RELEVANT.test(text);
}

/**
 * The databases of a tree. Folders beside one another (tables by Prisma, policies by hand) make one, unless both create the
 * same table: then they are two.
 */
export function databasesOf(files: readonly SqlFile[]): Migrations[] {
  const sets = new Map<string, SqlFile[]>();
  for (const file of files.filter(isForward)) {
    const root = rootOf(file.path);
    const set = sets.get(root);
    if (set === undefined) sets.set(root, [file]);
    else set.push(file);
  }
  const databases: { tables: Set<string>; migrations: { file: SqlFile; set: string }[] }[] = [];
  for (const [set, held] of [...sets].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const whole = held.length > 1 ? held.filter(({ text }) => !text.includes(DUMP)) : held;
    const tables = new Set(whole.flatMap(({ text }) => tablesCreated(text)));
    const migrations = (whole.length > 0 ? whole : held).sort(inOrder).map((file) => ({ file, set }));
    const fitting = databases.find((one) => [...tables].every((table) => !one.tables.has(table)));
    if (fitting === undefined) databases.push({ tables, migrations });
    else {
      fitting.migrations.push(...migrations);
      for (const table of tables) fitting.tables.add(table);
    }
  }
  return databases.map(({ migrations }) => migrations);
}

function tablesCreated(text: string): string[] {
  return [...text.matchAll(/\bcreate\s+table\s+(?:if\s+not\s+exists\s+)?(?:"?public"?\.)?([\w".]+)/gi)].map(
    ([, name]) => (name ?? "").replaceAll('"', "").toLowerCase(),
  );
}

/** The folder above the one that is named for what it holds. */
function rootOf(path: string): string {
  const folders = path.split("/").slice(0, -1);
  const at = folders.findIndex((folder) => MARKER.test(folder));
  return folders.slice(0, at === -1 ? folders.length : at).join("/");
}

const LATER = /polic|rls|security|grant|permission/i;
const EARLIER = /schema|tables?|init|setup|create/i;

/** By number where names have one; else what makes tables goes before what protects them. */
function inOrder(a: SqlFile, b: SqlFile): number {
  return rank(a.path) - rank(b.path) || compare(a.path, b.path);
}

function rank(path: string): number {
  if (/(?:^|\/)[Vv]?\d[^/]*(?:\/[^/]*)?$/.test(path)) return 1;
  const name = path.slice(path.lastIndexOf("/") + 1);
  return LATER.test(name) ? 3 : EARLIER.test(name) ? 0 : 2;
}

const COLLATOR = new Intl.Collator("en", { numeric: true });

function compare(a: string, b: string): number {
  return COLLATOR.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}
