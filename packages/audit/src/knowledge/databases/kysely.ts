import type { Machine } from "../../interpret/machine.ts";
import type { Verb } from "../../values/query.ts";
import { type NamedCall, tableName } from "./chain.ts";
import { type Found } from "./found.ts";
import { conditionsOf } from "./kysely-expressions.ts";

export function kysely(machine: Machine, calls: readonly NamedCall[]): Found | null {
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
  const of = conditionsOf(machine, calls.slice(start + 1));
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
    plain: calls.some(({ name }) => name === "selectAll"),
    throws: last.name.endsWith("OrThrow"),
  };
}
