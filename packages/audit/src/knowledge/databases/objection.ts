import type { Machine } from "../../interpret/machine.ts";
import type { Condition, Verb } from "../../values/query.ts";
import type { Chain, Value } from "../../values/value.ts";
import { modelName, type NamedCall, tableName } from "./chain.ts";
import { type Found, prop } from "./found.ts";
import { knexConditions } from "./knex-conditions.ts";
import { together } from "./relations.ts";

/** What Objection's and Lucid's builders do; what is none of these only says more of the rows. */
const VERBS: Readonly<Record<string, Verb>> = {
  findById: "read",
  findOne: "read",
  first: "read",
  firstOrFail: "read",
  findByIds: "list",
  delete: "delete",
  del: "delete",
  deleteById: "delete",
  patch: "update",
  update: "update",
  patchAndFetchById: "update",
  updateAndFetchById: "update",
  patchAndFetch: "update",
  updateAndFetch: "update",
  increment: "update",
  decrement: "update",
  insert: "create",
  insertAndFetch: "create",
  insertGraph: "create",
  insertGraphAndFetch: "create",
  upsertGraph: "upsert",
  upsertGraphAndFetch: "upsert",
  resultSize: "count",
};
const WRITES = /^(?:delete|del|patch|update|insert|upsert|increment|decrement)/;

/** `Note.query().findById(id)`, `note.$query().patch(…)`, `user.$relatedQuery("boards")`: Objection, and Lucid like it. */
export function objection(machine: Machine, chain: Chain, all: readonly NamedCall[]): Found | null {
  const made = beginning(chain, all);
  if (made === null) return null;
  const calls = all.slice(made.after);
  const acting = calls.find(({ name }) => WRITES.test(name)) ?? calls.findLast(({ name }) => VERBS[name] !== undefined);
  const verb = acting === undefined ? "list" : (VERBS[acting.name] ?? "list");
  const of: Condition[] = [...made.of, ...knexConditions(machine, calls.flatMap(asWhere))];
  for (const { name, args } of calls) {
    const [first, second] = args;
    if (first === undefined) continue;
    if (/^(?:find|delete|(?:patch|update)AndFetch)ById$/.test(name))
      of.push({ kind: "compare", field: "id", op: "equal", value: first });
    else if (name === "findByIds") of.push({ kind: "compare", field: "id", op: "in", value: first });
    else if (name === "for") of.push({ kind: "compare", field: "parent.id", op: "equal", value: first });
    // What a scope of the model's makes of what it is given is not seen.
    else if (/^(?:modify|apply|withScopes)$/.test(name)) of.push({ kind: "unknown", value: second ?? first });
  }
  const named = calls.find(({ name }) => name === "select" || name === "columns");
  const columns = named?.args.flatMap((arg) => (arg.k === "list" ? arg.items : [arg]));
  const only = columns?.flatMap((one) => (one.k === "literal" ? [String(one.value)] : []));
  return {
    library: "knex",
    table: made.table,
    verb,
    where: together(of),
    data: acting !== undefined && /patch|update|insert/i.test(acting.name) ? dataOf(acting) : null,
    throws: calls.some(({ name }) => /^(?:throwIfNotFound|firstOrFail)$/.test(name)),
    selected:
      columns !== undefined && only?.length === columns.length && !only.some((name) => name.includes("*"))
        ? only
        : null,
    included: calls.flatMap(({ name, args }) =>
      /^(?:withGraph(?:Fetched|Joined)|preload)$/.test(name) && args.length === 1 ? relationsOf(args[0]) : [],
    ),
  };
}

interface Beginning {
  readonly table: string;
  readonly of: readonly Condition[];
  /** How many of the calls have said which table it is. */
  readonly after: number;
}

function beginning({ root }: Chain, calls: readonly NamedCall[]): Beginning | null {
  const [first] = calls;
  if (first === undefined) return null;
  if (root.k === "rows") {
    const [, way] = /(?:^|\.)(\$query|\$relatedQuery|related)$/.exec(root.path) ?? [];
    if (way === undefined || first.name !== "") return null;
    const row: Value = { ...root, path: "" };
    if (way === "$query")
      return root.query.where === null && root.query.verb !== "create"
        ? null
        : { table: root.query.table, of: [{ kind: "compare", field: "id", op: "equal", value: row }], after: 1 };
    const table = tableName(first.args[0]);
    if (table === "") return null;
    const after = way === "related" && calls[1]?.name === "query" ? 2 : 1;
    return { table, of: [{ kind: "compare", field: "parent.id", op: "equal", value: row }], after };
  }
  const at = calls.findIndex(({ name }) => name === "query" || name === "relatedQuery");
  const call = calls[at];
  if (call === undefined || at > 1) return null;
  const owner = call.before.at(-1) ?? (root.k === "class" ? (root.node.id?.name ?? "") : modelName(root));
  if (!/^[A-Z][A-Za-z]*[a-z][A-Za-z]*$/.test(owner) || /(?:Client|Service|Pool|Connection|Manager)$/.test(owner))
    return null;
  const [given, ...more] = call.args;
  if (call.name === "relatedQuery")
    return given?.k === "literal" ? { table: tableName(given), of: [], after: at + 1 } : null;
  // A transaction it may be told; a statement it is not.
  if (more.length > 0 || given?.k === "literal" || given?.k === "derived" || given?.k === "struct") return null;
  // `query()` alone may be anything's: it is a builder by what follows.
  const next = calls[at + 1]?.name ?? "";
  return VERBS[next] !== undefined || BUILDS.test(next) ? { table: owner, of: [], after: at + 1 } : null;
}
const BUILDS =
  /^(?:(?:and|or)?[wW]here\w*|select|with\w+|orderBy|limit|page|paginate|preload|(?:left|inner)?[jJ]oin\w*|modify|apply|allowGraph|throwIfNotFound|context|skipUndefined|range|alias|withScopes)$/;

/** `findOne({ id, orgId })`, `findOne("id", id)` say which as `where` does. */
function asWhere(call: NamedCall): NamedCall[] {
  return call.name === "findOne" ? [{ ...call, name: "where" }] : [call];
}

function dataOf({ name, args }: NamedCall): Value | null {
  return (name.endsWith("ById") ? args[1] : args[0]) ?? null;
}

/** `"tags"`, `"[tags, owner.team]"`, `{ tags: true }`. */
function relationsOf(held: Value | undefined): string[] {
  if (held?.k === "struct") return [...held.props.keys()].filter((name) => prop(held, name)?.k === "literal");
  if (held?.k !== "literal" || typeof held.value !== "string" || held.value.includes("(")) return [];
  return held.value.split(/[^\w.]+/).flatMap((way) => (way === "" ? [] : [way.slice(way.lastIndexOf(".") + 1)]));
}
