import type { Machine } from "../../interpret/machine.ts";
import type { Verb } from "../../values/query.ts";
import { nameOfRoot } from "../call.ts";
import { literal, struct, type Chain, type Value } from "../../values/value.ts";
import { type NamedCall, tableName } from "./chain.ts";
import { BUILDER, knexConditions } from "./knex-conditions.ts";
import { type Found } from "./found.ts";

const KNEX_VERBS: Readonly<Record<string, Verb>> = {
  insert: "create",
  update: "update",
  del: "delete",
  delete: "delete",
  first: "read",
  select: "list",
  count: "count",
  pluck: "list",
  increment: "update",
  decrement: "update",
  upsert: "upsert",
  where: "list",
  andWhere: "list",
  returning: "list",
  orderBy: "list",
  limit: "list",
};

/** What is said of the rows beside those: none of it says which verb it is. */
const CLAUSE =
  /^(?:(?:and|or)?[wW]here\w*|(?:left|right|inner|outer|cross|full)?(?:Outer)?[jJ]oin\w*|orderByRaw|offset|groupBy\w*|having\w*|distinct\w*|onConflict|ignore|merge|with\w*|as|as[A-Z]\w*|transacting|for(?:Update|Share)|skipLocked|noWait|clone|modify|timeout|sum|avg|min|max|countDistinct|columns?|from|into|hintComment|debug)$/;
/** How the rows are handed over, once the statement is whole. */
const HANDED_OVER = /^(?:stream|pipe|asCallback|on|once)$/;

export function knex(machine: Machine, chain: Chain, all: readonly NamedCall[]): Found | null {
  const end = all.findIndex(({ name }) => HANDED_OVER.test(name));
  const calls = end === -1 ? all : all.slice(0, end);
  const first = beginning(chain, calls);
  const last = calls.at(-1);
  if (first === undefined || last === undefined || calls.length < 2) return null;
  if (KNEX_VERBS[last.name] === undefined && !CLAUSE.test(last.name)) return null;
  const root = nameOfRoot(chain.root);
  const isTable =
    (first.name === "" || /^(?:knex|db|trx|database)$/.test(first.name)) &&
    first.args[0]?.k === "literal" &&
    /^(?:knex|db|trx|database|pg|conn|connection|default|qb)$/i.test(first.name === "" ? root : first.name);
  const isFrom = first.name === "table" || first.name === "from";
  if (!isTable && !isFrom) return null;
  const of = knexConditions(machine, calls.slice(1));
  const written = calls.find((one) => /^(?:insert|update|upsert)$/.test(one.name));
  const verbCall =
    calls
      .slice(1)
      .find((one) => /^(?:insert|update|del|delete|first|count|upsert|increment|decrement)$/.test(one.name)) ?? last;
  return {
    library: "knex",
    table: tableName(first.args[0]),
    verb: KNEX_VERBS[verbCall.name] ?? "list",
    where: of.length === 0 ? null : { kind: "all", of },
    data: written?.args[0] ?? counted(calls),
    selected: columnsOf(calls),
    plain: calls.every(
      ({ name, args }) =>
        !NAMES_COLUMNS.test(name) || args.every((arg) => arg.k === "literal" && /(?:^|\.)\*$/.test(String(arg.value))),
    ),
  };
}

/** `knex("notes").where(…)`, and where the columns are named first: `database.select("id").from("notes").where(…)`. */
function beginning({ root }: Chain, calls: readonly NamedCall[]): NamedCall | undefined {
  const [first, second] = calls;
  if (first === undefined || second?.name !== "from" || second.args[0]?.k !== "literal") return first;
  // `this.select("*").from("boards")` within `whereExists` is a condition of the statement around it.
  if (root.k !== "foreign" || root === BUILDER) return first;
  // `const database = require("./database")`: its members look like what the file exports.
  const name = first.name === "" ? nameOfRoot(root) : first.name;
  return NAMES_COLUMNS.test(name) && first.args.every(isColumn) ? second : first;
}

function isColumn(value: Value): boolean {
  return value.k === "list" ? value.items.every(isColumn) : value.k === "literal";
}

/** `.increment("visit_count", 1)`, `.decrement({ seats: 2 })`, as Prisma writes it. */
function counted(calls: readonly NamedCall[]): Value | null {
  const call = calls.find(({ name }) => /^(?:in|de)crement$/.test(name));
  const [what, by] = call?.args ?? [];
  if (call === undefined || what === undefined) return null;
  const change = (amount: Value): Value => struct({ [call.name]: amount });
  if (what.k === "struct")
    return struct(Object.fromEntries([...what.props].map(([name, amount]) => [name, change(amount)])));
  return what.k === "literal" ? struct({ [String(what.value)]: change(by ?? literal(1)) }) : null;
}

const NAMES_COLUMNS = /^(?:select|distinct\w*|first|columns?|pluck|count\w*|sum|avg|min|max|groupBy\w*)$/;

/** `.select("id", "name")`, `.first("id")`, `.returning(["id"])`: the columns that come back, where all are named. */
function columnsOf(calls: readonly NamedCall[]): readonly string[] | null {
  const call = calls.findLast((one) => /^(?:select|first|returning|columns?)$/.test(one.name) && one.args.length > 0);
  if (call === undefined) return null;
  const names = call.args.flatMap((arg) => (arg.k === "list" ? arg.items : [arg]));
  const found = names.flatMap((name) => (name.k === "literal" && typeof name.value === "string" ? [name.value] : []));
  return found.length === names.length && !found.some((name) => name.includes("*"))
    ? found.map((name) => name.slice(name.lastIndexOf(".") + 1))
    : null;
}
