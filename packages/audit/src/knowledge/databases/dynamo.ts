import type { Condition, Verb } from "../../values/query.ts";
import { struct, type Value } from "../../values/value.ts";
import { callsOf, type NamedCall, tableName } from "./chain.ts";
import { fromObject } from "./conditions.ts";
import { type Found, prop } from "./found.ts";
import { together } from "./relations.ts";

const VERBS: Readonly<Record<string, Verb>> = {
  get: "read",
  query: "list",
  scan: "list",
  delete: "delete",
  update: "update",
  put: "upsert",
};

/** DynamoDB: `client.send(new GetCommand({ TableName, Key }))`, and `documents.get({ TableName, Key }).promise()` before it. */
export function dynamo(calls: readonly NamedCall[]): Found | null {
  const last = calls.at(-1);
  const asked =
    last?.name === "send" ? commandOf(last.args[0]) : spoken(last?.name === "promise" ? calls.at(-2) : last);
  if (asked === null) return null;
  const { given } = asked;
  const verb = VERBS[asked.name.replace(/(?:Item)?(?:Command)?$/, "").toLowerCase()];
  const table = prop(given, "TableName");
  if (verb === undefined || table === undefined) return null;
  const key = unmarshalled(prop(given, "Key"));
  const of: Condition[] = [
    ...(key === undefined ? [] : [fromObject(key)]),
    ...["KeyConditionExpression", "FilterExpression", "ConditionExpression"].flatMap((name) => compared(given, name)),
  ];
  const filter = prop(given, "KeyConditionExpression");
  // A condition that is put together elsewhere.
  if (filter !== undefined && filter.k !== "literal") of.push({ kind: "unknown", value: struct({ filter }) });
  return {
    library: "store",
    table: table.k === "env" ? nameOfSetting(table.name) : tableName(table),
    verb,
    where: together(of),
    data: unmarshalled(prop(given, "Item")) ?? null,
    result: (rows) => struct({ Item: rows, Items: rows, Attributes: rows, Count: { ...rows, path: "count" } }),
  };
}

interface Asked {
  readonly name: string;
  readonly given: Value;
}

function commandOf(value: Value | undefined): Asked | null {
  if (value?.k !== "chain") return null;
  const made = value.steps.at(-1);
  const [given] = made?.kind === "new" ? made.args : [];
  const name = value.root.k === "foreign" ? value.root.name : "";
  const last = value.steps.findLast((step) => step.kind === "member");
  return given === undefined ? null : { name: last?.kind === "member" ? last.name : name, given };
}

function spoken(call: NamedCall | undefined): Asked | null {
  const [given] = call?.args ?? [];
  return call === undefined || given?.k !== "struct" || !given.props.has("TableName")
    ? null
    : { name: call.name, given };
}

/** `"ownerId = :owner AND #s = :state"` with its names and values. */
function compared(given: Value, part: string): Condition[] {
  const text = prop(given, part);
  const values = unmarshalled(prop(given, "ExpressionAttributeValues"));
  if (text?.k !== "literal" || typeof text.value !== "string" || values?.k !== "struct") return [];
  const names = prop(given, "ExpressionAttributeNames");
  return [...text.value.matchAll(/([#\w.]+)\s*=\s*(:\w+)/g)].flatMap(([, said = "", name = ""]) => {
    const value = values.props.get(name);
    const column = said.startsWith("#") ? prop(names, said) : undefined;
    const field = column?.k === "literal" ? String(column.value) : said.replace("#", "");
    return value === undefined ? [] : [fromObject(value, field)];
  });
}

/** `marshall({ id })` */
function unmarshalled(value: Value | undefined): Value | undefined {
  if (value?.k !== "chain") return value;
  const [only, ...more] = callsOf(value);
  return only !== undefined && more.length === 0 && value.root.k === "foreign" && value.root.name.startsWith("marshall")
    ? only.args[0]
    : value;
}

/** `NOTES_TABLE_NAME` */
function nameOfSetting(name: string): string {
  return name
    .toLowerCase()
    .replace(/_?(?:dynamo(?:db)?|ddb|aws|table|name)_?/g, "_")
    .replace(/^_+|_+$/g, "");
}
