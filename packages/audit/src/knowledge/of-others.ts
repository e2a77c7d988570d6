import type { Condition, Value } from "../values/value.ts";

/**
 * Is everything that a check is told of rows which nobody named, as each of a list of all? `hasAiAccess(account.tier)` of
 * one account after another says what that account may, and nothing of who is calling.
 */
export function isOfOthers(args: readonly Value[]): boolean {
  return args.some((arg) => holds(arg)) && args.every((arg) => holds(arg) || isFixed(arg));
}

/** Of a row, whole or in part, whose condition names neither caller nor client. */
function holds(value: Value, depth = 0): boolean {
  if (depth > 4) return false;
  switch (value.k) {
    case "rows":
      return value.query.verb === "list" && namesNobody(value.query.where);
    // `projectsOf(account.id)[0].owner.id`: what code that is not seen answers, told of nothing but such rows.
    case "chain": {
      if (value.root.k !== "foreign" || value.root.origin !== "missing") return false;
      const told = value.steps.flatMap((step) => (step.kind === "member" ? [] : [...step.args]));
      return told.some((arg) => holds(arg, depth + 1)) && told.every((arg) => holds(arg, depth + 1) || isFixed(arg));
    }
    case "derived":
      return (
        value.args.some((arg) => holds(arg, depth + 1)) &&
        value.args.every((arg) => holds(arg, depth + 1) || isFixed(arg))
      );
    case "choice":
      return (
        value.alternatives.some((one) => holds(one.value, depth + 1)) &&
        value.alternatives.every((one) => holds(one.value, depth + 1) || isFixed(one.value))
      );
    default:
      return false;
  }
}

function isFixed(value: Value): boolean {
  return value.k === "literal" || value.k === "env";
}

function namesNobody(where: Condition | null): boolean {
  if (where === null) return true;
  switch (where.kind) {
    case "compare":
      return isFixed(where.value) || (where.value.k === "derived" && where.value.args.every(isFixed));
    case "unknown":
      // A filter that is told nothing: `...premiumOnly()`.
      return (
        where.value.k === "chain" &&
        where.value.root.k === "foreign" &&
        where.value.steps.every((step) => step.kind === "member" || step.args.every(isFixed))
      );
    default:
      return where.of.every(namesNobody);
  }
}
