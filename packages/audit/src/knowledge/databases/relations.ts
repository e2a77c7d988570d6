import type { Condition } from "../../values/query.ts";
import type { Value } from "../../values/value.ts";
import { fromObject } from "./conditions.ts";
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

/** Both at once, where there is more than one. */
export function together(of: readonly Condition[]): Condition | null {
  const [only] = of;
  return only === undefined ? null : of.length === 1 ? only : { kind: "all", of };
}
