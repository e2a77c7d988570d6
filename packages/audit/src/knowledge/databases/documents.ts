import type { Condition, Verb } from "../../values/query.ts";
import { type Chain, struct, type Value } from "../../values/value.ts";
import { packageOf } from "../call.ts";
import { namesFields } from "../named-fields.ts";
import { modelName, modelOf, type NamedCall, repositoryOf, tableName } from "./chain.ts";
import { fromObject } from "./conditions.ts";
import { type Found, prop } from "./found.ts";
import { requiredIncludes, together, wholeRelations } from "./relations.ts";

const DOCUMENT: Readonly<Record<string, Verb>> = {
  findById: "read",
  findOne: "read",
  find: "list",
  findByIdAndUpdate: "update",
  findOneAndUpdate: "update",
  findByIdAndDelete: "delete",
  findByIdAndRemove: "delete",
  findOneAndDelete: "delete",
  findOneAndRemove: "delete",
  findOneAndReplace: "update",
  updateOne: "update",
  updateMany: "update",
  replaceOne: "update",
  deleteOne: "delete",
  deleteMany: "delete",
  countDocuments: "count",
  exists: "read",
  insertOne: "create",
  insertMany: "create",
  aggregate: "list",
  distinct: "list",
  bulkWrite: "update",
  estimatedDocumentCount: "count",
};
const OF_ENTITIES = /^(?:typeorm|@mikro-orm\/.+)$/;
const DOCUMENT_CHAIN =
  /^(?:exec|lean|populate|sort|limit|skip|select|toArray|cursor|session|orFail|next|hint|collation|project)$/;

export function documents(chain: Chain, calls: readonly NamedCall[]): Found | null {
  if (chain.root.k === "rows") {
    const [only] = calls;
    if (only === undefined || calls.length > 1) return null;
    const verb: Verb | null = /^(?:save|update|updateOne|(?:save|update)With[A-Z]\w*)$/.test(only.name)
      ? "update"
      : /^(?:remove|softRemove|deleteOne|destroy|delete|(?:destroy|delete)With[A-Z]\w*)$/.test(only.name)
        ? "delete"
        : null;
    // What else it is given are options: the transaction, the context.
    const isWhole = only.args[0] === undefined || verb === "delete" || only.name.startsWith("save");
    return verb === null
      ? null
      : {
          library: chain.root.query.library,
          table: chain.root.query.table,
          verb,
          where: chain.root.query.where,
          rights: chain.root.query.rights,
          // A row that is saved or removed goes wrong where it was found.
          ...(isWhole ? { at: chain.root.query.place } : {}),
          // `update(body, { fields: ["title"] })`: only those are written.
          data: isWhole || namesFields(only.args[1]) ? null : (only.args[0] ?? null),
        };
  }
  const stored = storedNew(chain, calls);
  if (stored !== null) return stored;
  // TypeORM's, also where what is asked is an entity manager: `manager.findOne(Invitation, { where })`.
  if (repositoryOf(chain, calls) !== undefined || OF_ENTITIES.test(packageOf(chain.root))) return null;
  let at = calls.length - 1;
  while (at > 0 && DOCUMENT_CHAIN.test(calls[at]?.name ?? "")) at--;
  const call = calls[at];
  const verb = call === undefined ? undefined : DOCUMENT[call.name];
  if (call === undefined || verb === undefined) return null;
  const asked = modelOf(chain, calls.slice(0, at));
  const collection = calls.slice(0, at).find((one) => one.name === "collection" || one.name === "model");
  const owner =
    call.before.at(-1) ??
    (chain.root.k === "foreign" &&
    (chain.root.local !== undefined || chain.root.name === "default" || chain.root.name === "*")
      ? modelName(chain.root)
      : root(chain));
  const isModel =
    collection !== undefined ||
    asked !== null ||
    (/^[A-Z]/.test(owner) &&
      !/(?:Service|Repository|Repo|Controller|Client|API|Api|Manager|Store|Helper|Utils?)$/.test(owner) &&
      owner !== "Object" &&
      owner !== "Array") ||
    (chain.root.k === "chain" && /model$/i.test(owner)) ||
    /Model$/i.test(owner) ||
    madeByMongoose(chain);
  if (!isModel) return null;
  const [first, second] = call.args;
  const byId = /ById/.test(call.name);
  // Sequelize and TypeORM have findOne({ where }).
  const options = prop(first, "where");
  return {
    library: collection === undefined ? "mongoose" : "other",
    table: asked ?? (collection === undefined ? owner : tableName(collection.args[0])),
    verb,
    where:
      first === undefined || verb === "create"
        ? null
        : byId
          ? { kind: "compare", field: "_id", op: "equal", value: first }
          : call.name === "aggregate"
            ? pipeline(first)
            : together([
                ...narrowedBefore(calls.slice(0, at)),
                fromObject(options ?? first),
                ...requiredIncludes(first),
              ]),
    data: verb === "create" ? (first ?? null) : verb === "update" ? (second ?? null) : null,
    throws: calls.some((one) => one.name === "orFail"),
    selected: selectedBy(first, calls),
    included: [
      ...(options === undefined ? [] : wholeRelations(first)),
      ...calls.flatMap((one) => (one.name === "populate" && one.args.length === 1 ? populated(one.args[0]) : [])),
    ],
    plain:
      calls.some((one) => one.name === "lean") && !calls.some((one) => one.name === "select" || one.name === "project"),
  };
}

/**
 * `Horse.inYard(req.yardId).findOne({ _id })`, `Horse.where("yard", yardId).findOne(…)`: what a static of the model's or
 * an earlier part of the statement was told narrows what is found, in a way that is not seen.
 */
function narrowedBefore(calls: readonly NamedCall[]): Condition[] {
  return calls.flatMap(({ name, args }) => {
    // `model("Horse", schema)` itself.
    if (name === "" || HANDS_OVER.test(name)) return [];
    if (name === "find" && args[0] !== undefined) return [fromObject(args[0])];
    return args
      .filter(({ k }) => k !== "literal" && k !== "closure")
      .map((value) => ({ kind: "unknown", value }) as const);
  });
}
/** What answers the collection or the model itself. */
const HANDS_OVER =
  /^(?:collection|model|db|connection|discriminator|use\w*|get\w*|schema|connect|createConnection|init)$/;

function root(chain: Chain): string {
  return chain.root.k === "foreign" || chain.root.k === "opaque" ? chain.root.name : "";
}

/** `new Note({ title }).save()`: a document that is made, and kept by itself. */
function storedNew(chain: Chain, calls: readonly NamedCall[]): Found | null {
  const [made, kept, ...more] = calls;
  const isNew = chain.steps.some(({ kind }) => kind === "new");
  if (!isNew || made === undefined || kept?.name !== "save" || more.length > 0 || chain.root.k !== "foreign")
    return null;
  if (chain.root.origin !== "missing" || OF_ENTITIES.test(chain.root.from)) return null;
  const owner = modelOf(chain, [made]) ?? made.before.at(-1) ?? modelName(chain.root);
  const [data] = made.args;
  if (!/^[A-Z]/.test(made.name || owner) || NO_MODEL.test(made.name || owner)) return null;
  return data === undefined ? null : { library: "mongoose", table: made.name || owner, verb: "create", data };
}
const NO_MODEL =
  /(?:Service|Repository|Repo|Controller|Client|API|Api|Manager|Store|Helper|Utils?|Editor|Canvas|Image)$/;

function madeByMongoose(chain: Chain): boolean {
  return chain.root.k === "foreign" && chain.root.from === "mongoose";
}

/** `aggregate([{ $match: { orgId } }, …])`: what the first stages ask for. */
function pipeline(stages: Value): Condition {
  const matches = (stages.k === "list" ? stages.items : []).flatMap((stage) => {
    const asked = prop(stage, "$match");
    return asked === undefined ? [] : [fromObject(asked)];
  });
  return matches.length === 0 ? { kind: "unknown", value: stages } : { kind: "all", of: matches };
}

function populated(held: Value | undefined): string[] {
  return held === undefined ? [] : wholeRelations(struct({ populate: held }));
}

/** Sequelize's `attributes: ["id", "email"]`, Mongoose's `.select("id email")`. */
function selectedBy(options: Value | undefined, calls: readonly NamedCall[]): readonly string[] | null {
  const attributes = prop(options, "attributes");
  if (attributes?.k === "list" && attributes.items.every((item) => item.k === "literal"))
    return attributes.items.map((item) => (item.k === "literal" ? String(item.value) : ""));
  const text = calls.find((one) => one.name === "select")?.args[0];
  if (text?.k !== "literal" || typeof text.value !== "string") return null;
  // `-password` leaves it out, `+password` asks for it besides: what else comes is not said.
  return text.value
    .split(/\s+/)
    .flatMap((name) => (name === "" || name.startsWith("-") ? [] : [name.replace(/^\+/, "")]));
}
