import { Cursor } from "../cursor.ts";
import { Scanner } from "../scanner.ts";
import type { Schema } from "../schema.ts";
import { splitStatements } from "../statements.ts";
import { insideOf, tokensOf, type Source, type Token } from "../token.ts";
import { INSERTS_BUCKET, insertBuckets } from "./buckets.ts";
import { replayBlock } from "./blocks.ts";
import { placeOf, type Statement } from "./context.ts";
import { alterPolicy, createPolicy, dropPolicy } from "./policies.ts";
import { changeDefaults, changeRights, changeRole } from "./rights.ts";
import { alterRoutine, createRoutine, dropRoutines } from "./routines.ts";
import { alterTable, createTable, dropSchemas, dropTables } from "./tables.ts";
import { alterView, createView, dropViews } from "./views.ts";

const MEANT = new Set(["create", "alter", "drop", "grant", "revoke", "do", "set", "select", "call"]);

/** Reads one migration into the schema. */
export function replay(schema: Schema, source: Source): void {
  schema.path = "public";
  for (const span of splitStatements(source.text)) {
    const first = new Scanner(source.text, span.start, span.end);
    first.next();
    const text = source.text.slice(span.start, span.start + 200);
    if (INSERTS_BUCKET.test(text)) {
      insertBuckets(schema, tokensOf(source, span.start, span.end));
      continue;
    }
    if (!MEANT.has(source.text.slice(first.start, first.end).toLowerCase())) continue;
    replayTokens(schema, source, tokensOf(source, span.start, span.end), null, 0);
  }
}

export function replayTokens(
  schema: Schema,
  source: Source,
  tokens: readonly Token[],
  candidates: ReadonlySet<string> | null,
  depth: number,
): void {
  const cursor = new Cursor(tokens);
  const statement: Statement = { schema, source, cursor, candidates, place: placeOf(source, tokens[0], tokens.at(-1)) };
  if (cursor.eat("create")) create(statement);
  else if (cursor.eat("alter")) alter(statement);
  else if (cursor.eat("drop")) drop(statement);
  else if (cursor.eat("grant")) changeRights(statement, true);
  else if (cursor.eat("revoke")) changeRights(statement, false);
  else if (cursor.eat("do")) {
    const body = tokens.find(({ kind }) => kind === "dollar" || kind === "string");
    if (body !== undefined && !cursor.is("also") && !cursor.is("instead"))
      replayBlock(schema, insideOf(source, body), depth + 1, replayTokens);
  } else if (cursor.eat("set")) setPath(statement);
  else if (cursor.eat("select") || cursor.eat("perform") || cursor.eat("call")) call(statement);
}

function create(statement: Statement): void {
  const { schema, cursor } = statement;
  cursor.eat("or", "replace");
  const temporary =
    cursor.eat("temp") ||
    cursor.eat("temporary") ||
    cursor.eat("local", "temporary") ||
    cursor.eat("global", "temporary");
  cursor.eat("unlogged");
  if (cursor.eat("table")) createTable(statement, { temporary, foreign: false });
  else if (cursor.eat("foreign", "table")) createTable(statement, { temporary, foreign: true });
  else if (cursor.eat("policy")) createPolicy(statement);
  else if (cursor.eat("function")) createRoutine(statement, false);
  else if (cursor.eat("procedure")) createRoutine(statement, true);
  else if (cursor.eat("recursive", "view") || cursor.eat("view")) {
    if (!temporary) createView(statement, false);
  } else if (cursor.eat("materialized", "view")) createView(statement, true);
  else if (cursor.eat("role") || cursor.eat("user")) {
    if (!cursor.is("mapping")) changeRole(statement);
  } else if (cursor.eat("event", "trigger")) {
    const at = cursor.tokens.findIndex(({ value }) => value === "execute");
    const name = at === -1 ? null : new Cursor(cursor.tokens, at + 2).name();
    if (name !== null && schema.routinesNamed(name).some(({ source }) => ENABLES.test(source?.text ?? "")))
      schema.enablesItself = true;
  }
}

function alter(statement: Statement): void {
  const { cursor } = statement;
  if (cursor.eat("table")) alterTable(statement);
  else if (cursor.eat("policy")) alterPolicy(statement);
  else if (cursor.eat("function") || cursor.eat("procedure") || cursor.eat("routine")) alterRoutine(statement);
  else if (cursor.eat("view")) alterView(statement);
  else if (cursor.eat("role") || cursor.eat("user")) changeRole(statement);
  else if (cursor.eat("default", "privileges")) changeDefaults(statement);
}

function drop(statement: Statement): void {
  const { cursor } = statement;
  if (cursor.eat("table")) dropTables(statement);
  else if (cursor.eat("policy")) dropPolicy(statement);
  else if (cursor.eat("function") || cursor.eat("procedure") || cursor.eat("routine")) dropRoutines(statement);
  else if (cursor.eat("view") || cursor.eat("materialized", "view")) dropViews(statement);
  else if (cursor.eat("schema")) dropSchemas(statement);
}

function setPath({ schema, cursor }: Statement): void {
  cursor.eatAny("local", "session");
  if (!cursor.eat("search_path") && !cursor.eat("schema")) return;
  cursor.eatAny("to", "=");
  const first = cursor.peek();
  if (first !== undefined && first.value !== "" && first.value !== "default" && first.value !== "$user")
    schema.path = first.value;
}

const ENABLES = /enable\s+row\s+level\s+security/i;

/** `select protect('projects')`: a function of the migrations that enables row security does so for the tables it is given. */
function call({ schema, cursor, place }: Statement): void {
  const name = cursor.name();
  if (name === null || !cursor.is("(")) return;
  const routines = schema.routinesNamed(name).filter(({ source }) => ENABLES.test(source?.text ?? ""));
  if (routines.length === 0) return;
  for (const token of cursor.tokens.slice(cursor.at)) {
    if (token.kind !== "string") continue;
    const parts = token.value.replaceAll('"', "").split(".");
    const table = schema.table({ schema: parts.at(-2) ?? null, name: parts.at(-1) ?? "", start: 0, end: 0 });
    if (table === undefined) continue;
    table.enabled = place;
    table.disabled = null;
    if (routines.some(({ source }) => /(?<!no\s+)force\s+row\s+level/i.test(source?.text ?? ""))) table.forced = true;
  }
}
