import { opaque, type Chain, type Condition, type Value } from "../../values/value.ts";
import type { Machine } from "../../interpret/machine.ts";
import { type NamedCall, tableName } from "./chain.ts";
import { fromExpression } from "./conditions.ts";
import { type Found, prop } from "./found.ts";
import { nestedConditions, wholeRelations } from "./relations.ts";

const DRIZZLE_END =
  /^(?:select|selectDistinct|selectDistinctOn|from|where|limit|offset|orderBy|groupBy|having|innerJoin|leftJoin|rightJoin|fullJoin|values|set|returning|onConflictDoNothing|onConflictDoUpdate|onDuplicateKeyUpdate|execute|all|get|run|prepare|for|\$dynamic|as|union|crossJoin)$/;

export function drizzle(machine: Machine, chain: Chain, calls: readonly NamedCall[]): Found | null {
  const last = calls.at(-1);
  if (last === undefined) return null;
  if (/^find(?:First|Many)$/.test(last.name) && last.before.at(-2) === "query") {
    const [options] = last.args;
    const where = prop(options, "where");
    const columns = prop(options, "columns");
    return {
      library: "drizzle",
      table: last.before.at(-1) ?? "",
      verb: last.name === "findFirst" ? "read" : "list",
      where: where === undefined ? null : fromExpression(called(machine, chain, where)),
      included: wholeRelations(options),
      nested: nestedConditions(options, (inner) => fromExpression(called(machine, chain, inner))),
      selected:
        columns?.k === "struct" && [...columns.props.values()].some((one) => one.k === "literal" && one.value === true)
          ? [...columns.props].flatMap(([name, one]) => (one.k === "literal" && one.value === true ? [name] : []))
          : null,
      plain: columns === undefined,
    };
  }
  if (!DRIZZLE_END.test(last.name) || calls.some(({ name }) => name === "createQueryBuilder")) return null;
  const start = calls.findIndex(
    (one) =>
      /^(?:select|selectDistinct|selectDistinctOn|insert|update|delete)$/.test(one.name) && one.before.length <= 2,
  );
  const first = calls[start];
  if (first === undefined) return null;
  const rest = calls.slice(start + 1);
  const whereCalls = rest.filter((one) => one.name === "where");
  const of = whereCalls.flatMap((one) => {
    const condition = fromExpression(called(machine, chain, one.args[0] ?? opaque("where")));
    return condition === null ? [] : [condition];
  });
  switch (first.name) {
    case "select":
    case "selectDistinct":
    case "selectDistinctOn": {
      const from = rest.find((one) => one.name === "from");
      if (from === undefined) return null;
      const nested = new Map<string, Condition>();
      for (const one of rest) {
        if (/^inner[jJ]oin$|^rightJoin$/.test(one.name)) {
          const on = fromExpression(one.args[1]);
          if (on !== null) of.push(on);
        }
      }
      const columns = first.args[0]?.k === "struct" ? first.args[0].props : new Map<string, Value>();
      for (const one of rest) {
        if (one.name !== "leftJoin" && one.name !== "fullJoin") continue;
        const on = fromExpression(one.args[1]);
        const joined = tableName(one.args[0]);
        if (on === null) continue;
        // A column of the joined table that is there: its condition holds.
        nested.set(joined, on);
        for (const [name, column] of columns) {
          if (column.k === "chain" && tableName({ ...column, steps: column.steps.slice(0, -1) }) === joined)
            nested.set(name, on);
          if (column.k === "foreign" && tableName(column) === joined) nested.set(name, on);
        }
      }
      return {
        library: "drizzle",
        nested,
        table: tableName(from.args[0]),
        verb: rest.some((one) => one.name === "get") ? "read" : "list",
        where: of.length === 0 ? null : { kind: "all", of },
        selected: first.args[0]?.k === "struct" ? [...first.args[0].props.keys()] : null,
        plain: first.args.length === 0,
      };
    }
    case "insert": {
      const values = rest.find((one) => one.name === "values");
      return values === undefined
        ? null
        : { library: "drizzle", table: tableName(first.args[0]), verb: "create", data: values.args[0] ?? null };
    }
    case "update": {
      const set = rest.find((one) => one.name === "set");
      return set === undefined
        ? null
        : {
            library: "drizzle",
            table: tableName(first.args[0]),
            verb: "update",
            where: of.length === 0 ? null : { kind: "all", of },
            data: set.args[0] ?? null,
          };
    }
    default:
      if (first.args.length !== 1 || whereCalls.length === 0) return null;
      return { library: "drizzle", table: tableName(first.args[0]), verb: "delete", where: { kind: "all", of } };
  }
}

/** A condition given as a function of the table and the operators. */
function called(machine: Machine, chain: Chain, value: Value): Value {
  if (value.k !== "closure") return value;
  const operators = new Map(
    [
      "eq",
      "and",
      "or",
      "inArray",
      "not",
      "ne",
      "gt",
      "lt",
      "gte",
      "lte",
      "isNull",
      "isNotNull",
      "like",
      "ilike",
      "exists",
      "sql",
      "between",
    ].map((name): [string, Value] => [name, { k: "foreign", from: "drizzle-orm", name, origin: "package" }]),
  );
  return machine.invoke(
    value,
    [
      { k: "foreign", from: "table", name: "table", origin: "missing" },
      { k: "struct", props: operators, spreads: [], node: null },
    ],
    chain.place,
  );
}
