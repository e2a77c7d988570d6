import type { Condition } from "../../values/query.ts";
import type { Value } from "../../values/value.ts";
import { fromObject } from "./conditions.ts";
import { tableName } from "./chain.ts";
import { prop } from "./found.ts";

const MAX_DEPTH = 6;

/**
 * Conditions on relations that come with the rows, each by its way from the row: `team.members` of
 * `select: { team: { select: { members: { where } } } }`; Drizzle says `with`.
 */
export function nestedConditions(
  options: Value | undefined,
  read: (where: Value) => Condition | null = fromObject,
): Map<string, Condition> {
  const found = new Map<string, Condition>();
  const visit = (held: Value | undefined, before: string, depth: number): void => {
    if (depth > MAX_DEPTH) return;
    for (const part of ["include", "select", "with"]) {
      const relations = prop(held, part);
      if (relations?.k !== "struct") continue;
      for (const [relation, one] of relations.props) {
        const way = before === "" ? relation : `${before}.${relation}`;
        const where = prop(one, "where");
        const condition = where === undefined ? null : read(where);
        if (condition !== null) found.set(way, condition);
        visit(one, way, depth + 1);
      }
    }
  };
  visit(options, "", 0);
  return found;
}

/** Sequelize: `include: [{ model, where }]` finds only rows that have such a relation, unless it says that none is required. */
export function requiredIncludes(options: Value | undefined, depth = 0): Condition[] {
  const include = prop(options, "include");
  if (include === undefined || depth > MAX_DEPTH) return [];
  const each = include.k === "list" ? include.items : [include];
  return each.flatMap((one) => {
    const required = prop(one, "required");
    if (one.k !== "struct" || prop(one, "model") === undefined) return [];
    if (required?.k === "literal" && required.value === false) return [];
    const where = prop(one, "where");
    return [...(where === undefined ? [] : [fromObject(where)]), ...requiredIncludes(one, depth + 1)];
  });
}

/** The relations that come whole: `relations: ["user"]`, `include: [User]`, `populate: "user"`, `with: { user: true }`. */
export function wholeRelations(options: Value | undefined): string[] {
  return ["relations", "include", "populate", "with"].flatMap((part) => {
    const held = prop(options, part);
    if (held === undefined) return [];
    const select = prop(options, "select");
    // `select: { id: true, user: { name: true } }` says what comes of them.
    return relationsIn(held).filter((name) => prop(select, name) === undefined);
  });
}

function relationsIn(held: Value): string[] {
  switch (held.k) {
    case "literal":
      return typeof held.value === "string"
        ? held.value.split(/\s+/).map((way) => way.slice(way.lastIndexOf(".") + 1))
        : [];
    case "list":
      return held.items.flatMap(relationsIn);
    case "foreign":
    case "class":
      return [tableName(held)];
    case "struct": {
      const model = held.props.get("model") ?? held.props.get("association") ?? held.props.get("path");
      if (model !== undefined)
        return ["attributes", "select", "fields"].some((name) => held.props.has(name)) ? [] : relationsIn(model);
      return [...held.props].flatMap(([name, one]) => (one.k === "literal" && one.value === true ? [name] : []));
    }
    default:
      return [];
  }
}

/** The columns that options name: TypeORM's `select`, Sequelize's `attributes`, MikroORM's `fields`. Null: all. */
export function columnsIn(options: Value | undefined): readonly string[] | null {
  const held = prop(options, "select") ?? prop(options, "attributes") ?? prop(options, "fields");
  if (held === undefined) return null;
  if (held.k === "struct")
    return [...held.props].flatMap(([name, one]) => (one.k === "literal" && one.value === false ? [] : [name]));
  return held.k === "list" ? held.items.flatMap((one) => (one.k === "literal" ? [String(one.value)] : [])) : [];
}

/** Both at once, where there is more than one. */
export function together(of: readonly Condition[]): Condition | null {
  const [only] = of;
  return only === undefined ? null : of.length === 1 ? only : { kind: "all", of };
}
