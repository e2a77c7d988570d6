import { type Chain, type Value } from "../../values/value.ts";
import { callsOf, type NamedCall } from "./chain.ts";
import { statementOf } from "./sql-text.ts";
import { type Found } from "./found.ts";

/** `dbExecute(text, values)`, `pg.fetchRows(text, values)`: a function of the application's that is handed a statement. */
function isOfHouse({ root }: Chain, name: string): boolean {
  return root.k === "foreign" && root.origin === "missing" && SENDS.test(name);
}
const SENDS =
  /query|exec|sql|select|fetch|rows?(?![a-z])|statement|^(?:db|pg|run|read|write|find|update|insert|delete)/i;
const STATEMENT =
  /^\s*(?:select\b[\s\S]+?\bfrom\s|insert\s+into\s|update\s+\S+\s+set\s|delete\s+from\s|with\s+\w+\s+as\s*\()/i;

/** The text begins as statements do. */
function isStatement(text: Value | undefined): boolean {
  const [first] = text?.k === "derived" && (text.op === "template" || text.op === "+") ? text.args : [text];
  return first?.k === "literal" && typeof first.value === "string" && STATEMENT.test(first.value);
}

export function raw(chain: Chain, calls: readonly NamedCall[]): Found | null {
  const last = calls.at(-1);
  if (last === undefined) return null;
  const [given] = last.args;
  // postgres.js and neon: `const sql = postgres(url)`, and whatever else a statement's template is tagged by.
  const isTag = last.name === "" && given?.k === "derived" && given.op === "tagged";
  const name = isTag
    ? "sql"
    : last.name === ""
      ? chain.root.k === "foreign" || chain.root.k === "opaque"
        ? chain.root.name
        : ""
      : last.name;
  let [text] = last.args;
  let values: readonly Value[] = last.args[1]?.k === "list" ? last.args[1].items : last.args.slice(1);
  if (/^(?:get|all|run|values|iterate|first|execute)$/.test(name) && calls.length >= 2) {
    // better-sqlite3, D1, libsql: db.prepare(sql).bind(…).all(…).
    const prepare = calls.findIndex((one) => one.name === "prepare" || one.name === "query");
    const prepared = calls[prepare];
    if (prepared === undefined) return null;
    text = prepared.args[0];
    values = calls.slice(prepare + 1).flatMap((one) => one.args);
  } else if (
    !/^(?:query|execute|\$?queryRaw|\$?executeRaw|\$queryRawUnsafe|\$executeRawUnsafe|raw|run|all|get|any|one|oneOrNone|none|many|manyOrNone|unsafe|sql|exec|queryRow|queryObject|\$queryRawTyped)$/.test(
      name,
    ) &&
    !(isOfHouse(chain, name) && isStatement(text))
  )
    return null;
  if (text === undefined) return null;
  // A statement made by another call: db.execute(sql`…`).
  if (text.k === "chain") {
    const inner = callsOf(text).at(-1)?.args ?? [];
    [text] = inner;
    if (text === undefined) return null;
  }
  if (text.k === "struct") {
    const listed = text.props.get("values") ?? text.props.get("args") ?? text.props.get("params");
    if (listed?.k === "list") values = listed.items;
  }
  const statement = statementOf(text, values);
  if (statement === null) return null;
  return { library: "sql", ...statement };
}
