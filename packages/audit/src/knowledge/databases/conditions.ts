import { type Condition, eitherWay, type Way } from "../../values/query.ts";
import { type Alternative, LEFT_OUT, type Value } from "../../values/value.ts";
import { choose } from "../../interpret/state.ts";
import { callsOf, columnName } from "./chain.ts";

const SHOWN_SINCE = /(?:publish\w*|released?|listed)_?(?:at|on|date)?$/i;

/** A condition written as an object: Prisma, TypeORM, Sequelize, Mongoose. */
export function fromObject(value: Value, prefix = "", depth = 0): Condition {
  if (depth > 8) return { kind: "unknown", value };
  switch (value.k) {
    case "struct": {
      const of: Condition[] = [];
      for (const [name, inner] of value.props) {
        if (/^(?:NOT|\$not|\$nor|\$ne|not|notIn|\$nin)$/.test(name)) {
          // `publishedAt: { not: null }` says what may be seen.
          if (inner.k === "literal" && inner.value === null && SHOWN_SINCE.test(prefix))
            of.push({ kind: "compare", field: prefix, op: "other", value: inner });
          continue;
        }
        if (name === "OR" || name === "$or")
          of.push({ kind: "any", of: listOf(inner).map((one) => fromObject(ifThere(one), prefix, depth + 1)) });
        else if (name === "AND" || name === "$and")
          of.push({ kind: "all", of: listOf(inner).map((one) => fromObject(one, prefix, depth + 1)) });
        else if (/^(?:equals|\$eq|_id)$/.test(name) && prefix !== "" && name !== "_id")
          of.push({
            kind: "compare",
            field: prefix,
            op: "equal",
            // Under `$eq` an object is compared and no condition of its own.
            value: name === "$eq" && inner.k === "client" ? { ...inner, checked: true } : inner,
          });
        else if (/^(?:in|\$in)$/.test(name)) of.push({ kind: "compare", field: prefix, op: "in", value: inner });
        else if (
          /^(?:some|every|is|has|hasSome|\$elemMatch|\$all|array_contains|path|contains)$/.test(name) &&
          prefix !== ""
        ) {
          if (name === "has" || name === "array_contains")
            of.push({ kind: "compare", field: prefix, op: "equal", value: inner });
          else if (name === "contains") of.push({ kind: "compare", field: prefix, op: "other", value: inner });
          else of.push(fromObject(inner, prefix, depth + 1));
        } else if (
          /^(?:gt|gte|lt|lte|startsWith|endsWith|search|mode|none|\$gt|\$gte|\$lt|\$lte|\$regex|\$exists|\$options|increment|isNot)$/.test(
            name,
          )
        )
          continue;
        else of.push(...field(prefix === "" ? name : `${prefix}.${name}`, inner, depth));
      }
      for (const spread of value.spreads) of.push({ kind: "unknown", value: spread });
      return { kind: "all", of };
    }
    case "list":
      // Sequelize and Mongoose: a list of conditions is any of them in TypeORM, all in others. Any is the careful reading.
      return { kind: "any", of: value.items.map((one) => fromObject(one, prefix, depth + 1)) };
    case "choice": {
      const parts = value.alternatives.filter(
        (one) => !(one.value.k === "literal" && (one.value.value === undefined || one.value.value === null)),
      );
      // What is asked for only with a role is confined by that role, as far as it reaches.
      return eitherWay([
        ...parts.map((one) => ({
          condition: fromObject(one.value, prefix, depth + 1),
          presumed: prefix === "" && one.facts.has("role") ? ({ kind: "unknown", value: one.value } as const) : null,
        })),
        ...value.alternatives.filter(isLeftOut).map(notAsked),
      ]);
    }
    default:
      return prefix === "" ? { kind: "unknown", value } : { kind: "compare", field: prefix, op: "equal", value };
  }
}

function field(name: string, value: Value, depth: number): Condition[] {
  if (value.k === "struct") {
    // Compound unique keys (`userId_orgId: { userId, orgId }`), relations and operators are all objects below the name.
    return [fromObject(value, name, depth + 1)];
  }
  if (value.k === "choice" && value.alternatives.some(isLeftOut)) {
    const asked = value.alternatives.filter((one) => !isLeftOut(one));
    const [only] = asked;
    if (only === undefined) return [];
    const condition: Condition = {
      kind: "all",
      of: field(name, asked.length === 1 ? only.value : choose(asked), depth),
    };
    return [eitherWay([{ condition, presumed: null }, ...value.alternatives.filter(isLeftOut).map(notAsked)])];
  }
  return [{ kind: "compare", field: name, op: "equal", value }];
}

/** Of conditions any of which will do, one that may be missing lets through no more. */
function ifThere(value: Value): Value {
  if (value.k !== "choice" || !value.alternatives.some(isLeftOut)) return value;
  return choose(value.alternatives.filter((one) => !isLeftOut(one)));
}

function isLeftOut({ value }: Alternative): boolean {
  return value === LEFT_OUT;
}

/** What is not asked of those with a role: as far as it reaches. */
function notAsked({ facts }: Alternative): Way {
  return {
    condition: { kind: "all", of: [] },
    presumed: facts.has("role")
      ? { kind: "unknown", value: { k: "principal", path: "role", sure: false, origin: null } }
      : null,
  };
}

function listOf(value: Value): readonly Value[] {
  return value.k === "list" ? value.items : [value];
}

/** A condition written as calls: Drizzle's `and(eq(t.id, id), …)`, TypeORM's operators. */
export function fromExpression(value: Value | undefined, depth = 0): Condition | null {
  if (value === undefined || depth > 8) return null;
  switch (value.k) {
    case "chain": {
      const [only, ...more] = callsOf(value).slice(-1);
      if (only === undefined || more.length > 0) return { kind: "unknown", value };
      const name = only.name === "" && value.root.k === "foreign" ? value.root.name : only.name;
      const [left, right] = only.args;
      switch (name) {
        case "and":
        case "or": {
          const of = only.args
            .flatMap((arg) => (arg.k === "list" ? arg.items : [arg]))
            .map((arg) => fromExpression(arg, depth + 1))
            .filter((one) => one !== null);
          return { kind: name === "and" ? "all" : "any", of };
        }
        case "eq":
          return right === undefined
            ? { kind: "unknown", value }
            : { kind: "compare", field: columnName(left), op: "equal", value: right };
        case "inArray":
        case "arrayContains":
          return right === undefined
            ? { kind: "unknown", value }
            : { kind: "compare", field: columnName(left), op: "in", value: right };
        case "ne":
        case "gt":
        case "gte":
        case "lt":
        case "lte":
        case "like":
        case "ilike":
        case "isNull":
        case "isNotNull":
        case "between":
        case "notInArray":
        case "notLike":
          return {
            kind: "compare",
            field: columnName(left),
            op: "other",
            value: right ?? { k: "literal", value: null },
          };
        case "not":
        case "notExists":
          return { kind: "all", of: [] };
        case "exists":
          return { kind: "unknown", value: left ?? value };
        default:
          return { kind: "unknown", value };
      }
    }
    case "literal":
      return { kind: "all", of: [] };
    case "choice": {
      const of = value.alternatives
        .filter((one) => !(one.value.k === "literal") || isLeftOut(one))
        .flatMap((one) => {
          if (isLeftOut(one)) return [notAsked(one)];
          const condition = fromExpression(one.value, depth + 1);
          // No conditions for those with a role: as far as it reaches.
          const presumed: Condition | null = one.facts.has("role") ? { kind: "unknown", value: one.value } : null;
          return condition === null && presumed === null
            ? []
            : [{ condition: condition ?? { kind: "all" as const, of: [] }, presumed }];
        });
      return of.length === 1 ? (of[0]?.presumed ?? of[0]?.condition ?? null) : eitherWay(of);
    }
    case "list": {
      const of = value.items.map((one) => fromExpression(one, depth + 1)).filter((one) => one !== null);
      return { kind: "all", of };
    }
    case "struct":
      return fromObject(value, "", depth + 1);
    default:
      return { kind: "unknown", value };
  }
}
