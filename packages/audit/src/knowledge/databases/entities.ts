import type { Condition, Verb } from "../../values/query.ts";
import { type Chain, struct, type Value } from "../../values/value.ts";
import { modelName, type NamedCall, repositoryOf, tableName } from "./chain.ts";
import { fromObject } from "./conditions.ts";
import { type Found, prop } from "./found.ts";
import { madeOf } from "./made-objects.ts";
import { columnsIn, requiredIncludes, together, wholeRelations } from "./relations.ts";

const ENTITY: Readonly<Record<string, Verb>> = {
  findByPk: "read",
  findOne: "read",
  findOneBy: "read",
  findOneOrFail: "read",
  findOneByOrFail: "read",
  findBy: "list",
  findAll: "list",
  findAndCount: "list",
  findAndCountAll: "list",
  findAndCountBy: "list",
  destroy: "delete",
  softDelete: "delete",
  getOne: "read",
  getMany: "list",
  getOneOrFail: "read",
  getManyAndCount: "list",
  getRawMany: "list",
  nativeUpdate: "update",
  nativeDelete: "delete",
  findOrCreate: "upsert",
  preload: "read",
};

/** `.innerJoin("space.members", "member", "member.userId = :userId", { userId })`. */
function joinedOn({ args }: NamedCall): Condition[] {
  const values = args.findLast((arg) => arg.k === "struct");
  const text = args.findLast((arg) => arg.k === "literal");
  if (values?.k !== "struct" || text?.k !== "literal" || typeof text.value !== "string") return [];
  const of: Condition[] = [];
  for (const [, field = "", name = ""] of text.value.matchAll(/(?<![\w.])([\w.]+)\s*=\s*:(\w+)/g)) {
    const value = values.props.get(name);
    if (value !== undefined)
      of.push({ kind: "compare", field: field.slice(field.indexOf(".") + 1), op: "equal", value });
  }
  return of;
}

/** What an entity manager is asked to do with an entity's rows; not `find` of a cache or a list. */
const MANAGED =
  /^(?:find(?:One(?:By)?(?:OrFail)?|By|AndCount(?:By)?|All)?|count(?:By)?|exists?(?:By)?|nativeUpdate|nativeDelete|softDelete|update|delete|remove|insert|upsert)$/;

function isEntity(value: Value | undefined): boolean {
  return (
    value?.k === "class" ||
    (value?.k === "foreign" && /^[A-Z][a-z]/.test(value.name) && value.origin !== "global") ||
    (value?.k === "foreign" && value.local !== undefined && /^[A-Z][a-z]/.test(value.local))
  );
}

/** What it does with an id, besides or before it looks for the row, is its own. */
const SERVICE = /(?:Service|Controller|Client|API|Api|Helper|Utils?|Facade|UseCase|Handler|Provider)$/;

/** `orderService.findOne(ctx, id)`: what a service does with the request it is handed is not seen. */
export function isAskedOfService(owner: string, args: readonly Value[]): boolean {
  return SERVICE.test(owner) && args.some(({ k }) => k === "request");
}

const MODELS = /(?:^|\/)models(?:\/index)?(?:\.[cm]?[jt]s)?$/;

function isKey(criteria: Value): boolean {
  return criteria.k === "client" ? criteria.path !== "" : criteria.k === "derived" || criteria.k === "principal";
}

/** `findAndCount({ select, order, take })`: which columns, in which order and how many, and nothing of which rows. */
function saysOnlyHow(criteria: Value): boolean {
  return (
    criteria.k === "struct" &&
    criteria.props.size > 0 &&
    criteria.spreads.length === 0 &&
    [...criteria.props.keys()].every((name) =>
      /^(?:select|relations|order|take|skip|attributes|include|limit|offset|orderBy|withDeleted|paranoid|raw|nest|cache|lock|transaction|distinct|loadEagerRelations)$/.test(
        name,
      ),
    )
  );
}

/** `Role.findOneOrFail(…)` stands beside `Role.delete(…)`: rows are what it is asked for, and no storage or cache. */
function isAskedForRows(owner: string, text: string): boolean {
  return ["findOne", "findBy", "find(", "createQueryBuilder(", "countBy(", "findAndCount"].some((method) =>
    text.includes(`${owner}.${method}`),
  );
}

const OF_ENTITY = /^(?:update|delete|softDelete|restore|insert|into|from)$/;

/** TypeORM, MikroORM, Sequelize; `text`: of the file the statement stands in. */
export function entities(chain: Chain, calls: readonly NamedCall[], text: string): Found | null {
  const last = calls.at(-1);
  if (last === undefined) return null;
  const verb = ENTITY[last.name];
  const builder = calls.find((one) => one.name === "createQueryBuilder");
  if (builder !== undefined && (verb !== undefined || last.name === "execute")) {
    const of: Condition[] = [];
    for (const one of calls) {
      // Rows that have no such other row beside them are left out.
      if (one.name.startsWith("innerJoin")) of.push(...joinedOn(one));
      if (one.name === "whereInIds" && one.args[0] !== undefined)
        of.push({ kind: "compare", field: "id", op: "in", value: one.args[0] });
      if (!/^(?:where|andWhere|setParameters?)$/.test(one.name)) continue;
      const [text, values] = one.args;
      if (values?.k === "struct")
        for (const [name, value] of values.props) of.push({ kind: "compare", field: name, op: "equal", value });
      else if (text?.k === "struct") of.push(fromObject(text));
      else if (values !== undefined) of.push({ kind: "unknown", value: values });
    }
    const names = new Set(calls.map((one) => one.name));
    return {
      library: "typeorm",
      // `dataSource.createQueryBuilder().update(Job)`
      table: tableName(builder.args[0] ?? calls.find(({ name }) => OF_ENTITY.test(name))?.args[0]),
      verb: names.has("delete") ? "delete" : names.has("update") ? "update" : (verb ?? "list"),
      where: of.length === 0 ? null : { kind: "all", of },
      data: calls.find((one) => one.name === "set")?.args[0] ?? null,
      included: names.has("select")
        ? []
        : calls.flatMap(({ name, args: [way] }) =>
            /^(?:left|inner)JoinAndSelect$/.test(name) ? wholeRelations(struct({ relations: way ?? struct({}) })) : [],
          ),
    };
  }
  const made = repositoryOf(chain, calls);
  const owner =
    (made?.args[0] === undefined ? undefined : tableName(made.args[0])) ??
    last.before.at(-1) ??
    (chain.root.k === "foreign" && chain.root.local !== undefined
      ? modelName(chain.root)
      : chain.root.k === "foreign" || chain.root.k === "opaque"
        ? chain.root.name
        : "");
  const isRepository =
    /(?:repo|repository|manager|^em$|entityManager|dal|dao)$/i.test(owner) ||
    /(?:repo|repository)$/i.test(tableName(chain.root)) ||
    made !== undefined ||
    // `container.resolve("manager").find(Address, { … })`: what is asked for is told by its entity.
    (MANAGED.test(last.name) && isEntity(last.args[0]) && last.args.length > 1);
  const [first, second] = last.args;
  // Lucid: `Note.findOrFail(params.id)`.
  if (last.name === "findOrFail" && first !== undefined && first.k !== "closure" && /^[A-Z]/.test(owner))
    return {
      library: "sequelize",
      table: owner,
      verb: "read",
      where: { kind: "compare", field: "id", op: "equal", value: first },
      throws: true,
    };
  if (made === undefined && (isAskedOfService(owner, last.args) || isOfModule(chain, first))) return null;
  if (verb !== undefined) {
    if (last.name === "findByPk")
      return {
        library: "sequelize",
        table: owner,
        verb,
        where:
          first === undefined
            ? null
            : together([{ kind: "compare", field: "id", op: "equal", value: first }, ...requiredIncludes(second)]),
        selected: columnsIn(second),
        included: wholeRelations(second),
      };
    if (first === undefined)
      return isRepository || /^[A-Z]/.test(owner) ? { library: "typeorm", table: owner, verb } : null;
    const entity = (first.k === "class" || first.k === "foreign") && second !== undefined;
    const criteria = entity ? second : first;
    const where = prop(criteria, "where");
    const allRows = where === undefined && saysOnlyHow(criteria);
    // MikroORM gives them apart: `find(Note, where, options)`.
    const options = where === undefined && !allRows ? last.args[entity ? 2 : 1] : criteria;
    if (!isRepository && !/^[A-Z]/.test(owner) && where === undefined && !/By(?:OrFail)?$|^findByPk$/.test(last.name))
      return null;
    return {
      library: "typeorm",
      table: entity ? tableName(first) : owner,
      verb,
      // `findOne(id)`, `em.findOneOrFail(Note, id)`: by its key.
      where:
        where === undefined && isKey(criteria) && !SERVICE.test(owner)
          ? { kind: "compare", field: "id", op: "equal", value: criteria }
          : together([...(allRows ? [] : [fromObject(where ?? criteria)]), ...requiredIncludes(criteria)]),
      throws: last.name.endsWith("OrFail"),
      selected: columnsIn(options),
      included: wholeRelations(options),
      data: verb === "upsert" ? (prop(criteria, "defaults") ?? null) : null,
    };
  }
  const written: Readonly<Record<string, Verb>> = {
    update: "update",
    delete: "delete",
    remove: "delete",
    softRemove: "delete",
    removeAndFlush: "delete",
    persistAndFlush: "update",
    save: "update",
    find: "list",
    count: "count",
    insert: "create",
    create: "create",
  };
  const other = written[last.name];
  if (other === undefined) return null;
  // `db.comments` of `require("../models")`: every member of it is one.
  const ofModels = chain.root.k === "foreign" && chain.root.origin !== "package" && MODELS.test(chain.root.from);
  const isModel =
    (/^[A-Z]\w*$/.test(owner) ||
      (ofModels && /^[a-z]\w*$/.test(owner) && !/^(?:sequelize|db|connection|client)$/i.test(owner))) &&
    !/(?:Service|Repository|Repo|Controller|Client|API|Api|Manager|Store|Math|Object|Date|Array|JSON|Helper|Utils?)$/.test(
      owner,
    ) &&
    (chain.root.k === "foreign" ? chain.root.origin !== "package" : true);
  if (isModel && second !== undefined && prop(second, "where") !== undefined && other === "update") {
    return {
      library: "sequelize",
      table: owner,
      verb: "update",
      where: fromObject(prop(second, "where") ?? second),
      data: first ?? null,
    };
  }
  if (isModel && other === "create" && first?.k !== undefined)
    return { library: "mongoose", table: owner, verb: "create", data: first ?? null };
  // TypeORM's active records: `Project.delete(id)`, of `../entities/Project`.
  const isActive =
    isModel &&
    calls.length === 1 &&
    (other === "update" || other === "delete") &&
    chain.root.k === "foreign" &&
    (/(?:^|\/)entit(?:y|ies)(?:\/|$)|\.entity$/.test(chain.root.from) ||
      (first?.k === "struct" && (other === "delete" || second?.k === "struct") && isAskedForRows(owner, text)));
  // `Note.build({ … }).save()`
  const built =
    isModel && first === undefined && last.name === "save"
      ? madeOf({ ...chain, steps: chain.steps.slice(0, -2) })
      : null;
  if (built !== null) return { library: "sequelize", table: owner, verb: "create", data: built };
  if (!(isRepository || isActive) || first === undefined) return null;
  if (other === "create") return null; // TypeORM makes an object only
  // `manager.delete(Credential, ids)`: whose rows they are is said first.
  const ofEntity = (first.k === "class" || first.k === "foreign") && second !== undefined;
  const [subject, given] = ofEntity ? [second, last.args[2]] : [first, second];
  const table = ofEntity ? tableName(first) : owner;
  const row = subject.k === "list" ? subject.items[0] : subject;
  // A row that is saved or removed goes wrong where it was found.
  if (row?.k === "rows" && row.path === "" && /^(?:save|remove|softRemove|delete|\w+AndFlush)$/.test(last.name))
    return {
      library: "typeorm",
      table: row.query.table,
      verb: other === "update" ? "update" : "delete",
      where: row.query.where,
      at: row.query.place,
    };
  const object = madeOf(subject);
  if (last.name === "persistAndFlush" && object !== null)
    return { library: "typeorm", table, verb: "create", data: object };
  if (last.name.endsWith("AndFlush")) return null;
  if (last.name === "save" || last.name === "insert")
    return { library: "typeorm", table, verb: last.name === "insert" ? "create" : "upsert", data: object ?? subject };
  const options = prop(subject, "where") === undefined ? given : subject;
  return {
    library: "typeorm",
    table,
    verb: other,
    where:
      subject.k === "struct"
        ? fromObject(prop(subject, "where") ?? subject)
        : { kind: "compare", field: "id", op: "equal", value: subject },
    data: given ?? null,
    ...(last.name === "find" ? { selected: columnsIn(options), included: wholeRelations(options) } : {}),
  };
}

/** `cardRepo.update(ctx.db, changes, { id })`, of a module's functions: each has arguments of its own, the database first. */
function isOfModule({ root, steps }: Chain, first: Value | undefined): boolean {
  return root.k === "foreign" && root.name === "*" && steps.length === 2 && first?.k === "request";
}
