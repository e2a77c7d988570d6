import type { Condition, Verb } from "../../values/query.ts";
import { NULL, THROWN, type Chain, type Value } from "../../values/value.ts";
import { Facts } from "../../values/facts.ts";
import { columnName, type NamedCall, tableName } from "./chain.ts";
import { fromObject } from "./conditions.ts";
import { rightsOf } from "./rights.ts";
import { type Found } from "./found.ts";

const FILTERS: Readonly<Record<string, "equal" | "in" | "other">> = {
  eq: "equal",
  in: "in",
  is: "other",
  neq: "other",
  gt: "other",
  gte: "other",
  lt: "other",
  lte: "other",
  like: "other",
  ilike: "other",
  contains: "equal",
  overlaps: "other",
};

export function supabase(chain: Chain, calls: readonly NamedCall[]): Found | null {
  const fromAt = calls.findIndex(
    (one) => one.name === "from" && one.args[0]?.k === "literal" && !one.before.includes("storage"),
  );
  const rpc = calls.findIndex((one) => one.name === "rpc");
  if (rpc !== -1 && fromAt === -1) {
    const call = calls[rpc];
    return {
      library: "supabase",
      table: tableName(call?.args[0]),
      verb: "raw",
      where: call?.args[1] === undefined ? null : fromObject(call.args[1]),
      rights: rightsOf(chain),
      result: envelope,
    };
  }
  if (fromAt === -1 || fromAt === calls.length - 1) return null;
  const verbCall = calls.slice(fromAt + 1).find((one) => /^(?:select|insert|update|upsert|delete)$/.test(one.name));
  if (
    verbCall === undefined ||
    calls.slice(0, fromAt).some((one) => one.name === "select" || one.name === "selectDistinct")
  )
    return null;
  const single = calls.some((one) => one.name === "single" || one.name === "maybeSingle");
  const verbs: Readonly<Record<string, Verb>> = {
    select: single ? "read" : "list",
    insert: "create",
    update: "update",
    upsert: "upsert",
    delete: "delete",
  };
  const of: Condition[] = [];
  for (const one of calls.slice(fromAt + 1)) {
    const op = FILTERS[one.name];
    const [column, value, third] = one.args;
    if (op !== undefined && value !== undefined) of.push({ kind: "compare", field: columnName(column), op, value });
    else if (one.name === "match" && column !== undefined) of.push(fromObject(column));
    else if (one.name === "filter" && third !== undefined)
      of.push({
        kind: "compare",
        field: columnName(column),
        op: value?.k === "literal" && value.value === "eq" ? "equal" : "other",
        value: third,
      });
    else if (one.name === "or" && column !== undefined)
      of.push({ kind: "any", of: [{ kind: "unknown", value: column }] });
  }
  return {
    library: "supabase",
    table: tableName(calls[fromAt]?.args[0]),
    verb: verbs[verbCall.name] ?? "list",
    where: of.length === 0 ? null : { kind: "all", of },
    data: verbCall.name === "select" || verbCall.name === "delete" ? null : (verbCall.args[0] ?? null),
    rights: rightsOf(chain),
    result: envelope,
  };
}

/** `{ data, error, count }`: the data are there when the error is not. */
function envelope(rows: Extract<Value, { k: "rows" }>): Value {
  return {
    k: "struct",
    props: new Map<string, Value>([
      ["data", rows],
      [
        "error",
        {
          k: "choice",
          alternatives: [
            { value: NULL, facts: Facts.none },
            { value: THROWN, facts: Facts.none },
          ],
        },
      ],
      ["count", { ...rows, path: "count" }],
    ]),
    spreads: [],
    node: null,
  };
}
