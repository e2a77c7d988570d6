import { Cursor, splitCommas, type Name } from "../cursor.ts";
import { emptyTable, isWild, keyOf, type Column, type Table } from "../schema.ts";
import type { Token } from "../token.ts";
import { headOf, type Statement } from "./context.ts";

const CONSTRAINTS = new Set(["constraint", "primary", "unique", "check", "foreign", "exclude", "like", "period"]);

/** `create [temporary | unlogged | foreign] table …` */
export function createTable(statement: Statement, kind: { temporary: boolean; foreign: boolean }): void {
  const { schema, cursor } = statement;
  cursor.eat("if", "not", "exists");
  const name = cursor.name();
  // What is quoted with backticks, or counts by AUTOINCREMENT, is of another database.
  if (
    name === null ||
    isWild(name.name) ||
    cursor.tokens.some(({ kind: of, value }) =>
      of === "symbol"
        ? value.includes("`")
        : of === "word" && (value === "autoincrement" || value === "auto_increment"),
    )
  )
    return;
  const known = schema.table(name);
  const where = name.schema ?? schema.path;
  const partition = cursor.is("partition", "of");
  const table: Table = {
    ...emptyTable(where, name.name, schema.set),
    ...known,
    created: known?.created ?? headOf(statement, name),
    minor: kind.temporary || kind.foreign || partition,
  };
  if (known === undefined) {
    for (const role of ["anon", "authenticated", "public"])
      if (schema.withheld.has(`tables ${role}`)) table.revoked.add(role);
  }
  if (schema.enablesItself) table.enabled = statement.place;
  const columns = partition ? null : cursor.group();
  for (const part of splitCommas(columns ?? [])) readColumn(statement, table, part);
  if (known !== undefined) schema.tables.delete(keyOf(known.schema, known.name));
  schema.tables.set(keyOf(table.schema, table.name), table);
}

function readColumn({ schema }: Statement, table: Table, part: readonly Token[]): void {
  const first = part[0];
  if (first === undefined) return;
  if (first.kind === "word" && CONSTRAINTS.has(first.value)) {
    if (first.value === "like") {
      const like = new Cursor(part, 1).name();
      for (const column of (like === null ? undefined : schema.table(like))?.columns.values() ?? [])
        table.columns.set(column.name, column);
    }
    return;
  }
  if (first.kind === "word" || first.kind === "quoted") table.columns.set(first.value, columnOf(part));
}

function columnOf(part: readonly Token[]): Column {
  let nullable = true;
  let references: string | null = null;
  for (const [at, token] of part.entries()) {
    if (token.kind !== "word") continue;
    if (token.value === "null" && part[at - 1]?.value === "not") nullable = false;
    if (token.value === "primary" && part[at + 1]?.value === "key") nullable = false;
    if (token.value === "references") {
      const name = new Cursor(part, at + 1).name();
      if (name !== null) references = name.schema === null ? name.name : `${name.schema}.${name.name}`;
    }
  }
  return { name: part[0]?.value ?? "", nullable, references };
}

/** `alter table …`, each of its actions. */
export function alterTable(statement: Statement): void {
  const { schema, cursor } = statement;
  cursor.eat("if", "exists");
  cursor.eat("only");
  const name = cursor.name();
  if (name === null) return;
  cursor.eat("*");
  const actions = splitCommas(cursor.tokens.slice(cursor.at, cursor.to)).map((tokens) => new Cursor(tokens));
  for (const table of targets(statement, name))
    for (const action of actions) act(statement, table, new Cursor(action.tokens), isWild(name.name));
  const view = schema.view(name);
  if (view !== undefined)
    for (const action of actions) if (action.eat("owner", "to")) view.revoked.add("owner changed");
}

/** The table of this name; of a name only known when run, those it may stand for. */
export function targets({ schema, candidates }: Statement, name: Name): Table[] {
  if (!isWild(name.name)) return schema.view(name) === undefined ? [schema.assumed(name)] : [];
  if (candidates === null) return [...schema.tables.values()];
  const found = [...candidates].map((written) => {
    const dot = written.lastIndexOf(".");
    return schema.table({
      schema: dot === -1 ? null : written.slice(0, dot),
      name: written.slice(dot + 1),
      start: 0,
      end: 0,
    });
  });
  return [...new Set(found.filter((table) => table !== undefined))];
}

function act(statement: Statement, table: Table, action: Cursor, wild: boolean): void {
  const { schema, place } = statement;
  if (action.eat("enable", "row", "level", "security")) {
    table.enabled = place;
    table.disabled = null;
  } else if (action.eat("disable", "row", "level", "security")) {
    if (wild && statement.candidates === null) return;
    if (table.enabled === null || table.set === schema.set) table.disabled = place;
  } else if (action.eat("force", "row", "level", "security")) table.forced = true;
  else if (action.eat("no", "force", "row", "level", "security")) table.forced = false;
  else if (action.eat("owner", "to")) table.owner = action.name()?.name ?? null;
  else if (wild) return;
  else if (action.eat("add")) {
    action.eat("column");
    action.eat("if", "not", "exists");
    readColumn(statement, table, action.tokens.slice(action.at));
  } else if (action.eat("drop")) {
    const column = action.eat("column");
    action.eat("if", "exists");
    const name = action.name();
    if (name !== null && (column || name.name !== "constraint")) table.columns.delete(name.name);
  } else if (action.eat("rename", "to")) {
    move(statement, table, table.schema, action.name()?.name ?? table.name);
  } else if (action.eat("set", "schema")) {
    move(statement, table, action.name()?.name ?? table.schema, table.name);
  } else if (action.eat("rename") && !action.eat("constraint")) {
    action.eat("column");
    const from = action.name()?.name;
    const to = action.eat("to") ? action.name()?.name : undefined;
    const column = from === undefined ? undefined : table.columns.get(from);
    if (column === undefined || to === undefined) return;
    table.columns.delete(column.name);
    table.columns.set(to, { ...column, name: to });
  }
}

function move({ schema }: Statement, table: Table, to: string, name: string): void {
  schema.tables.delete(keyOf(table.schema, table.name));
  table.schema = to;
  table.name = name;
  schema.tables.set(keyOf(to, name), table);
}

/** `drop table a, b` */
export function dropTables({ schema, cursor }: Statement): void {
  cursor.eat("if", "exists");
  for (const name of cursor.names()) {
    const table = schema.table(name);
    if (table !== undefined && table.set === schema.set) schema.tables.delete(keyOf(table.schema, table.name));
  }
}

/** `drop schema a, b` */
export function dropSchemas({ schema, cursor }: Statement): void {
  cursor.eat("if", "exists");
  for (const { name: gone } of cursor.names()) {
    for (const kept of [schema.tables, schema.views])
      for (const [key, one] of kept) if (one.schema === gone && one.set === schema.set) kept.delete(key);
    for (const key of schema.routines.keys()) if (key.startsWith(`${gone}.`)) schema.routines.delete(key);
  }
}
