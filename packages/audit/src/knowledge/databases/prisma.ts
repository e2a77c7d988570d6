import type { Condition, Verb } from "../../values/query.ts";
import { type Chain, type Closure, type Value } from "../../values/value.ts";
import type { Scope } from "../../interpret/scope.ts";
import { callsOf, type NamedCall } from "./chain.ts";
import { fromObject } from "./conditions.ts";
import { type Found, prop } from "./found.ts";
import { nestedConditions } from "./relations.ts";

const PRISMA: Readonly<Record<string, Verb>> = {
  findUnique: "read",
  findUniqueOrThrow: "read",
  findFirst: "read",
  findFirstOrThrow: "read",
  findMany: "list",
  count: "count",
  aggregate: "count",
  groupBy: "count",
  create: "create",
  createMany: "create",
  createManyAndReturn: "create",
  update: "update",
  updateMany: "update",
  updateManyAndReturn: "update",
  delete: "delete",
  deleteMany: "delete",
  upsert: "upsert",
};
const ONLY_PRISMA =
  /^(?:findUnique|findUniqueOrThrow|findFirstOrThrow|findMany|updateMany|deleteMany|createMany|groupBy|createManyAndReturn|updateManyAndReturn|upsert|findFirst)$/;

export function prisma(chain: Chain, last: NamedCall): Found | null {
  const verb = PRISMA[last.name];
  if (verb === undefined || last.before.length === 0) return null;
  const [options] = last.args;
  const keyed = options === undefined || prop(options, "where") !== undefined || prop(options, "data") !== undefined;
  const isQuery = last.before.at(-2) === "query" && /^find(?:First|Many)$/.test(last.name);
  if (
    isQuery ||
    !(ONLY_PRISMA.test(last.name) || (keyed && options !== undefined) || (isClientName(chain) && options === undefined))
  )
    return null;
  if (ONLY_PRISMA.test(last.name) && options !== undefined && !keyed && options.k === "closure") return null;
  const where = prop(options, "where");
  const house = ofHouse(options, verb);
  const selected = prop(options, "select");
  const include = prop(options, "include");
  const included =
    include?.k === "struct"
      ? [...include.props].flatMap(([name, one]) => (one.k === "literal" && one.value === true ? [name] : []))
      : [];
  const unknownOptions =
    options !== undefined && options.k !== "struct" && options.k !== "choice"
      ? ({ kind: "unknown", value: options } as Condition)
      : null;
  return {
    library: "prisma",
    table: last.before.at(-1) ?? "",
    verb,
    where:
      house !== null
        ? house
        : where === undefined || (where.k === "literal" && where.value === undefined)
          ? options?.k === "struct" && options.spreads[0] !== undefined
            ? { kind: "unknown", value: options.spreads[0] }
            : unknownOptions
          : fromObject(where),
    data:
      verb === "upsert"
        ? (prop(options, "create") ?? prop(options, "update") ?? null)
        : (prop(options, "data") ?? (house !== null && verb === "update" ? (last.args[1] ?? null) : null)),
    throws: /(?:OrThrow|^update|^delete)$/.test(last.name),
    // With `omit` the columns that come back were thought of, too.
    // `select: noteColumns` of another file, `omit`: not all there are, and which is not seen.
    selected:
      selected?.k === "struct"
        ? [...selected.props.keys()]
        : (selected ?? prop(options, "omit")) === undefined
          ? null
          : [],
    plain:
      selected === undefined &&
      prop(options, "omit") === undefined &&
      (options === undefined || options.k === "struct"),
    nested: nestedConditions(options),
    included,
    related: [...related(include), ...related(selected)],
    rights: isConfinedClient(chain) ? "user" : "unknown",
  };
}

/**
 * `db.shipment.findMany({ orgId }, { limit: 100 })`, `repo.findMany({ tenantId, where })`: a data layer of the house's own
 * that has Prisma's names. What Prisma has no option of stands for a column; null where there is no such thing.
 */
function ofHouse(options: Value | undefined, verb: Verb): Condition | null {
  if (options?.k !== "struct" || verb === "create" || verb === "upsert") return null;
  const own = [...options.props].filter(([name]) => !OPTIONS.test(name));
  if (own.length === 0) return null;
  const given = own.find(([name]) => FILTERS.test(name));
  const columns = own.filter(([name]) => !FILTERS.test(name));
  const where = prop(options, "where") ?? given?.[1];
  const of = columns.length === 0 ? [] : [fromObject({ ...options, props: new Map(columns) })];
  if (where !== undefined) of.push(fromObject(where));
  return { kind: "all", of };
}
/** Of Prisma and its like, and what a list is cut and put in order by. */
const OPTIONS =
  /^(?:where|data|select|include|omit|take|skip|cursor|distinct|by|having|create|update|relationLoadStrategy|cacheStrategy|_\w+|with|columns|extras|attributes|fields|projection|relations|populate|lean|raw|tx|trx|transaction|session|limit|offset|page|per_?page|page_?\w+|size|count|total|order|order_?by|sort|sort_?\w+|direction|lock|cache|logging|paranoid|with_?deleted|include_?\w+|search|q)$/i;
const FILTERS = /^(?:filters?|criteria|conditions?|query|match)$/i;

/** Columns that are asked for below relations. */
function related(held: Value | undefined, depth = 0): string[] {
  if (held?.k !== "struct" || depth > 4) return [];
  return [...held.props].flatMap(([relation, one]) => {
    const select = prop(one, "select");
    const named =
      select?.k !== "struct"
        ? []
        : [...select.props].flatMap(([name, on]) => (on.k === "literal" && on.value === true ? [name] : []));
    const deeper = [...related(prop(one, "include"), depth + 1), ...related(select, depth + 1)];
    return [...named, ...deeper].map((name) => `${relation}.${name}`);
  });
}

/** `prisma.$extends({ query })` made inside a function: a client for one tenant, by what the function was given. */
function isConfinedClient(chain: Chain): boolean {
  return callsOf(chain).some((one) => {
    const query = one.name === "$extends" ? prop(extensionOf(one.args[0]), "query") : undefined;
    return query !== undefined && closuresIn(query).some((closure) => (closure.scope as Scope).parent !== null);
  });
}

/** `Prisma.defineExtension({ … })` is what it is given. */
function extensionOf(given: Value | undefined): Value | undefined {
  if (given?.k !== "chain") return given;
  const made = callsOf(given).at(-1);
  return made?.name === "defineExtension" ? made.args[0] : given;
}

function closuresIn(value: Value, depth = 0): Closure[] {
  if (value.k === "closure") return [value];
  return value.k === "struct" && depth < 4
    ? [...value.props.values()].flatMap((one) => closuresIn(one, depth + 1))
    : [];
}

function isClientName(chain: Chain): boolean {
  const names = [
    chain.root.k === "foreign" || chain.root.k === "opaque" ? chain.root.name : "",
    ...chain.steps.flatMap((step) => (step.kind === "member" ? [step.name] : [])),
  ];
  return names.some((name) => /^(?:prisma|db|database|tx|trx|prismaClient|PrismaClient|client|orm)$/i.test(name));
}
