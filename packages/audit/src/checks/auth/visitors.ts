import type { Operation } from "../../trace/operation.ts";
import type { Condition, Query } from "../../values/query.ts";
import { clientsOf } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";

/** A visitor's own rows, one that is left by them, or the one that is made for them where their browser keeps none yet. */
export function isOfVisitor(query: Query, operations: readonly Operation[]): boolean {
  if (isVisitors(query.where) || isLeftByVisitor(query)) return true;
  return (
    query.verb === "create" &&
    operations.some((one) => one.kind === "query" && one.query.table === query.table && isVisitors(one.query.where))
  );
}

/** Does it pick out a visitor's own rows, by what their browser keeps, or on another way the caller's? */
function isVisitors(where: Condition | null): boolean {
  return where !== null && namesVisitor(where) && isTheirs(where);
}

/** `eq(carts.visitorId, await getVisitorId())`: a visitor's own, by what their browser keeps; or, on the other way, the caller's. */
function isTheirs(where: Condition | null, depth = 0): boolean {
  if (where === null || depth > 6) return false;
  switch (where.kind) {
    case "all":
      return where.of.some((one) => isTheirs(one, depth + 1));
    case "any":
      return where.of.length > 0 && where.of.every((one) => isTheirs(one, depth + 1));
    case "compare":
      return where.op === "equal" && (isCaller(where.value) || isVisitor(where.field, where.value));
    default:
      return false;
  }
}

function namesVisitor(where: Condition): boolean {
  if (where.kind === "compare") return isVisitor(where.field, where.value);
  return (where.kind === "all" || where.kind === "any") && where.of.some(namesVisitor);
}

/** `upsert({ visitor_id: getVisitorId(req) ?? v4(), … })`: what is kept of a visitor, under what their browser keeps. */
function isLeftByVisitor({ verb, data }: Query): boolean {
  return (
    (verb === "create" || verb === "upsert") &&
    data?.k === "struct" &&
    [...data.props].some(([name, value]) => isVisitor(name, value))
  );
}

/** The id of a basket in its holder's cookie: `carts.findFirst({ where: { id: cookies().get("cartId").value } })`. */
const KEPT_FOR_VISITOR =
  /^(?:\w*[_-])?(?:cart|basket|bag|checkout|wish_?list|visitor|guest|anonymous)[_-]?(?:id|key|token|sid|session)?(?:\.value)?$/i;

function isVisitor(field: string, value: Value): boolean {
  if (value.k === "choice")
    return value.alternatives.every(
      (one) => one.value.k === "literal" || isMadeUp(one.value) || isVisitor(field, one.value),
    );
  if (value.k === "client") return value.part === "cookie" && KEPT_FOR_VISITOR.test(value.path);
  if (value.k === "rows") return /^_?id$/.test(value.path) && isVisitors(value.query.where);
  return (
    /(?:^|\.)(?:anonymous|visitor|guest|device|cart|fingerprint|session)_?(?:id|key|token)$/i.test(field) &&
    (value.k === "principal" || (value.k === "chain" && value.root.k === "foreign" && clientsOf(value).length === 0))
  );
}

function isMadeUp(value: Value): boolean {
  return value.k === "derived" && value.op === "random";
}

/** A value of whoever is calling, whatever was made of it. */
export function isCaller(value: Value, depth = 0): boolean {
  if (depth > 6) return false;
  if (value.k === "principal") return true;
  if (value.k === "choice") return value.alternatives.some((one) => isCaller(one.value, depth + 1));
  if (value.k === "derived") return value.args.some((arg) => isCaller(arg, depth + 1));
  return false;
}
