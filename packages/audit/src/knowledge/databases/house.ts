import type { Machine } from "../../interpret/machine.ts";
import type { Verb } from "../../values/query.ts";
import type { Chain } from "../../values/value.ts";
import { nameOfRoot } from "../call.ts";
import { type NamedCall, tableName } from "./chain.ts";
import { fromObject } from "./conditions.ts";
import { type Found, prop } from "./found.ts";
import { knexConditions } from "./knex-conditions.ts";
import { together } from "./relations.ts";

const VERBS: Readonly<Record<string, Verb>> = {
  select: "list",
  find: "list",
  fetch: "list",
  from: "list",
  update: "update",
  patch: "update",
  delete: "delete",
  deleteFrom: "delete",
  remove: "delete",
};
const CLIENT = /^(?:db|database|dal|datastore|data_?store|orm|qb|query_?builder|store|conn|connection|tx|trx)$/i;
const GIVEN = /^(?:given|set|with|values|data|to)$/;

/** `db.update("addons").given({ enabled }).where({ id })`: a builder of the house, in the words that all of them use. */
function builder(machine: Machine, chain: Chain, calls: readonly NamedCall[]): Found | null {
  const [first, ...rest] = calls;
  const verb = first === undefined ? undefined : VERBS[first.name];
  const [table] = first?.args ?? [];
  if (first === undefined || verb === undefined || rest.length === 0 || table?.k !== "literal") return null;
  if (typeof table.value !== "string" || !/^[a-z_]\w*(?:\.\w+)?$/i.test(table.value)) return null;
  if (!CLIENT.test(first.before.at(-1) ?? nameOfRoot(chain.root)) || !rest.some(({ name }) => name.startsWith("where")))
    return null;
  const of = knexConditions(machine, rest);
  return {
    library: "sql",
    table: table.value,
    verb: verb === "list" && rest.some(({ name }) => /^(?:first|one|single|get)$/.test(name)) ? "read" : verb,
    where: together(of),
    data: rest.find(({ name }) => GIVEN.test(name))?.args[0] ?? null,
  };
}

const ASKED: Readonly<Record<string, Verb>> = {
  get: "read",
  getOne: "read",
  one: "read",
  first: "read",
  fetch: "read",
  fetchOne: "read",
  load: "read",
  read: "read",
  list: "list",
  all: "list",
  getAll: "list",
  getMany: "list",
  fetchAll: "list",
  fetchMany: "list",
  search: "list",
  select: "list",
  query: "list",
  update: "update",
  patch: "update",
  modify: "update",
  delete: "delete",
  remove: "delete",
  destroy: "delete",
};
const LAYER = /(?:repo|repository|repositories|store|dao|dal|table|collection|mapper|gateway)s?$/i;

/** `labelRepo.get({ where: { id } })`: a data layer of the house that is told its condition under that name. */
function layer(chain: Chain, calls: readonly NamedCall[]): Found | null {
  const last = calls.at(-1);
  const verb = last === undefined ? undefined : ASKED[last.name];
  const where = prop(last?.args[0], "where");
  if (last === undefined || verb === undefined || where?.k !== "struct") return null;
  const owner = last.before.at(-1) ?? nameOfRoot(chain.root);
  const parent = last.before.at(-2) ?? nameOfRoot(chain.root);
  if (!LAYER.test(owner) && !CLIENT.test(parent) && !LAYER.test(parent)) return null;
  const [given] = last.args;
  return {
    library: "sql",
    table:
      owner.replace(/(?:Repo|Repository|Store|Dao|Dal|Table|Collection|Mapper|Gateway)$/, "") || tableName(chain.root),
    verb,
    where: fromObject(where),
    data: verb === "update" ? (prop(given, "data") ?? prop(given, "set") ?? prop(given, "values") ?? null) : null,
  };
}

export function house(machine: Machine, chain: Chain, calls: readonly NamedCall[]): Found | null {
  return builder(machine, chain, calls) ?? layer(chain, calls);
}
