import type { Condition } from "../../values/query.ts";
import { clientsOf } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";

/** Does it pick out a visitor's own rows, by what their browser keeps, or on another way the caller's? */
export function isVisitors(where: Condition | null): boolean {
  return where !== null && namesVisitor(where) && isOfVisitor(where);
}

/** `eq(carts.visitorId, await getVisitorId())`: a visitor's own, by what their browser keeps; or, on the other way, the caller's. */
function isOfVisitor(where: Condition | null, depth = 0): boolean {
  if (where === null || depth > 6) return false;
  switch (where.kind) {
    case "all":
      return where.of.some((one) => isOfVisitor(one, depth + 1));
    case "any":
      return where.of.length > 0 && where.of.every((one) => isOfVisitor(one, depth + 1));
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

function isVisitor(field: string, value: Value): boolean {
  if (value.k === "choice")
    return value.alternatives.every((one) => one.value.k === "literal" || isVisitor(field, one.value));
  return (
    /(?:^|\.)(?:anonymous|visitor|guest|device|cart|fingerprint|session)_?(?:id|key|token)$/i.test(field) &&
    value.k === "chain" &&
    value.root.k === "foreign" &&
    clientsOf(value).length === 0
  );
}

/** A value of whoever is calling, whatever was made of it. */
export function isCaller(value: Value, depth = 0): boolean {
  if (depth > 6) return false;
  if (value.k === "principal") return true;
  if (value.k === "choice") return value.alternatives.some((one) => isCaller(one.value, depth + 1));
  if (value.k === "derived") return value.args.some((arg) => isCaller(arg, depth + 1));
  return false;
}
