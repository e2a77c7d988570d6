import type { Condition, Verb } from "../../values/query.ts";
import { opaque } from "../../values/value.ts";
import { columnName, type NamedCall, tableName } from "./chain.ts";
import { type Found } from "./found.ts";

export function kysely(calls: readonly NamedCall[]): Found | null {
  const start = calls.findIndex((one) =>
    /^(?:selectFrom|updateTable|insertInto|deleteFrom|replaceInto|mergeInto)$/.test(one.name),
  );
  const first = calls[start];
  const last = calls.at(-1);
  if (
    first === undefined ||
    last === undefined ||
    !/^(?:execute|executeTakeFirst|executeTakeFirstOrThrow|stream)$/.test(last.name)
  )
    return null;
  const of: Condition[] = [];
  for (const one of calls.slice(start + 1)) {
    if (/^(?:where|whereRef|on)$/.test(one.name)) {
      const [column, op, value] = one.args;
      if (value === undefined) of.push({ kind: "unknown", value: column ?? opaque("where") });
      else
        of.push({
          kind: "compare",
          field: columnName(column),
          op:
            op?.k === "literal" && (op.value === "=" || op.value === "==")
              ? "equal"
              : op?.k === "literal" && op.value === "in"
                ? "in"
                : "other",
          value,
        });
    } else if (one.name.endsWith("Join")) {
      const closure = one.args.find((arg) => arg.k === "closure");
      if (closure !== undefined) of.push({ kind: "unknown", value: closure });
    } else if (one.name === "$if" || one.name === "$call")
      of.push({ kind: "unknown", value: one.args.at(-1) ?? opaque("condition") });
  }
  const verbs: Readonly<Record<string, Verb>> = {
    selectFrom: /First/.test(last.name) ? "read" : "list",
    updateTable: "update",
    insertInto: "create",
    replaceInto: "upsert",
    mergeInto: "upsert",
    deleteFrom: "delete",
  };
  const written = calls.find((one) => one.name === "set" || one.name === "values");
  return {
    library: "kysely",
    table: tableName(first.args[0]),
    verb: verbs[first.name] ?? "raw",
    where: of.length === 0 ? null : { kind: "all", of },
    data: written?.args[0] ?? null,
    throws: last.name.endsWith("OrThrow"),
  };
}
