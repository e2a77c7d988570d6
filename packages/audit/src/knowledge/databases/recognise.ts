import { chosenAt } from "../../interpret/building.ts";
import type { Machine } from "../../interpret/machine.ts";
import { namesNobody } from "../../values/names-nobody.ts";
import { nextQueryId, type Query } from "../../values/query.ts";
import type { Chain, Value } from "../../values/value.ts";
import { callsOf, type NamedCall } from "./chain.ts";
import { documents } from "./documents.ts";
import { drizzle } from "./drizzle.ts";
import { dynamo } from "./dynamo.ts";
import { entities } from "./entities.ts";
import { flushed } from "./flushed.ts";
import { fragments } from "./fragments.ts";
import { house } from "./house.ts";
import { knex } from "./knex.ts";
import { kysely } from "./kysely.ts";
import { namedModels } from "./named-models.ts";
import { objection } from "./objection.ts";
import { prisma } from "./prisma.ts";
import { raw } from "./raw.ts";
import { searchIndex } from "./search-index.ts";
import { textOf } from "./sql-text.ts";
import { stores } from "./stores.ts";
import { supabase } from "./supabase.ts";

export interface Recognised {
  readonly query: Query | null;
  /** What the call answers, from the rows; null: the rows themselves. */
  readonly result: ((rows: Extract<Value, { k: "rows" }>) => Value) | null;
  readonly transaction: { readonly callback: Value; readonly args: readonly Value[] } | null;
}

/** The statement a chain of calls sends, or null when it is no database's. */
export function recogniseQuery(machine: Machine, chain: Chain): Recognised | null {
  if (chain.steps.at(-1)?.kind !== "call") return null;
  const calls = callsOf(chain);
  const last = calls.at(-1);
  if (last === undefined) return null;
  const transaction = transactionOf(chain, last);
  if (transaction !== null) return { query: null, result: null, transaction };
  const found =
    supabase(chain, calls) ??
    namedModels(last) ??
    prisma(chain, last) ??
    stores(calls) ??
    dynamo(calls) ??
    searchIndex(chain, calls) ??
    objection(machine, chain, calls) ??
    drizzle(machine, chain, calls) ??
    kysely(machine, calls) ??
    fragments(last) ??
    documents(chain, calls) ??
    raw(chain, calls) ??
    knex(machine, chain, calls) ??
    entities(chain, calls, machine.project.file(chain.place.file)?.text ?? "") ??
    flushed(machine, calls) ??
    house(machine, chain, calls);
  if (found === null) return null;
  const { result, at, ...parts } = found;
  // A transaction that says for whom it runs: from here on the database itself confines it.
  const given = last.args[0];
  const first = given?.k === "chain" ? callsOf(given).at(-1)?.args[0] : given;
  const text = first === undefined ? null : textOf(first, []);
  if (text !== null && /set_config\s*\(\s*'|set\s+local\s+/i.test(text)) {
    machine.learn("rls", { sure: true, place: chain.place, why: "the transaction is set to the caller's tenant" });
  }
  const query: Query = {
    where: null,
    data: null,
    throws: false,
    rights: "unknown",
    nested: new Map(),
    included: [],
    selected: null,
    ...parts,
    ...(isConfigured(machine, chain) || (found.library === "typeorm" && isToldWhose(calls)) || isInScope(calls)
      ? { rights: "user" as const }
      : {}),
    id: nextQueryId(),
    place: at ?? chosenAt(chain) ?? chain.place,
  };
  return { query, result: result ?? null, transaction: null };
}

/** A client that keys.config.json says confines every statement to the caller's tenant by itself. */
function isConfigured({ project }: Machine, { root, steps }: Chain): boolean {
  const { clients } = project.names;
  if (clients.size === 0) return false;
  if ((root.k === "foreign" || root.k === "opaque") && clients.has(root.name)) return true;
  return steps.some((step) => step.kind === "member" && clients.has(step.name));
}

/** `manager.getRepository(workspace.id, "note").update(id, …)`: what hands over the repository was told whose it is to be. */
function isToldWhose(calls: readonly NamedCall[]): boolean {
  return calls
    .slice(0, -1)
    .some(
      ({ name, args }) =>
        /repositor|connection|data_?source|manager|^(?:for|of|scoped?)(?![a-z])/i.test(name) &&
        args.some((arg) => arg.k === "principal" && !namesNobody(arg.path)),
    );
}

/** Sequelize's `Contact.scope({ method: ["ofTeam", user.teamId] })`: a scope of the model's, by its name the caller's own. */
function isInScope(calls: readonly NamedCall[]): boolean {
  return calls.some(
    ({ name, args }) => name === "scope" && args.some((arg) => scopesIn(arg).some(([by, whose]) => isOwn(by, whose))),
  );
}

function scopesIn(value: Value): readonly (readonly [Value | undefined, Value | undefined])[] {
  if (value.k === "struct") {
    const method = value.props.get("method");
    return method?.k === "list" ? [[method.items[0], method.items[1]]] : [];
  }
  return value.k === "list" ? value.items.flatMap(scopesIn) : [];
}

function isOwn(by: Value | undefined, whose: Value | undefined): boolean {
  return (
    by?.k === "literal" && OWN_SCOPE.test(String(by.value)) && whose?.k === "principal" && !namesNobody(whose.path)
  );
}
/** `withCollectionPermissions` joins what is asked about afterwards, and leaves nothing out. */
const OWN_SCOPE =
  /^(?:(?:of|for|by|in|within|my|scoped|tenant|team|org)(?![a-z])|owned|visible|accessible|belong|mine|own(?:ed)?(?![a-z])|restricted)/;

function transactionOf(chain: Chain, last: NamedCall): Recognised["transaction"] {
  const callback = last.args.find((arg) => arg.k === "closure");
  if (callback === undefined) return null;
  if (
    !/^(?:\$?transaction|tx|begin|withTransaction|executeTransaction|\$extends|runTransaction)$/.test(last.name) &&
    !(last.name === "execute" && callsOf(chain).some((one) => one.name === "transaction"))
  )
    return null;
  const steps = chain.steps.slice(
    0,
    chain.steps.findIndex(
      (step) =>
        step.kind === "member" &&
        /^(?:\$?transaction|tx|begin|withTransaction|runTransaction|executeTransaction)$/.test(step.name),
    ),
  );
  const client: Value = steps.length === 0 ? chain.root : { ...chain, steps };
  return { callback, args: [client] };
}
