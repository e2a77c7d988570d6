import type { Condition } from "../../values/query.ts";
import { mentions } from "../../values/mentions.ts";
import { clientsOf, INPUT } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";

/** Columns that say whose a row is, or what it hangs on. */
const OF_SOMETHING = /(?:^|[._])(?:id|by)$|(?:Id|By|_id|_by)$|owner$|tenant$|(?:^|\.)(?:id|fk)_[a-z]\w*$/;

/**
 * `{ AND: [{ id }, accessibleBy(ability).Visit] }`, `and(request.inCompany, eq(id))`: beside what the client chooses the
 * rows by stands a condition that the client does not make and that is not understood. It may be whose they are.
 */
export function isNarrowedByUnseen(where: Condition | null, depth = 0): boolean {
  const isNarrowed = (one: Condition): boolean => isNarrowedByUnseen(one, depth);
  switch (where?.kind) {
    case "unknown":
      return isUnseen(where.value) && mentions(where.value, mayKnowCaller);
    case "compare":
      if (where.op === "other" || !OF_SOMETHING.test(where.field)) return false;
      // The id of a row that was found so.
      if (where.value.k === "rows") return depth < 3 && isNarrowedByUnseen(where.value.query.where, depth + 1);
      return isUnseen(where.value);
    case "all":
      return where.of.some(isNarrowed);
    case "any":
      return where.of.length > 0 && where.of.every(isNarrowed);
    default:
      return false;
  }
}

/** It is the caller's, or was put on the request, or is called by whose it is. */
function mayKnowCaller(value: Value): boolean {
  if (value.k === "principal" || value.k === "request") return true;
  if (value.k !== "chain" && value.k !== "foreign" && value.k !== "opaque") return false;
  const names =
    value.k === "chain" ? value.steps.flatMap((step) => (step.kind === "member" ? [step.name] : [])) : [value.name];
  return names.some((name) => WHOSE.test(name));
}
const WHOSE =
  /abilit|access|scope|tenant|owner|mine|visible|own[A-Z]|in(?:Company|Org|Team|Workspace|Account)|for(?:User|Me|Org)/i;

/** What a validator or parser put on the request. */
function isInput(value: Value): boolean {
  return value.k === "request" && INPUT.test(value.path);
}

/** Neither the client's, nor a row, nor a constant such as `Status.OPEN`. */
function isUnseen(value: Value): boolean {
  if (clientsOf(value).length > 0) return false;
  switch (value.k) {
    case "opaque":
      return true;
    case "chain":
      // `patients.clinicId` is a column of another table.
      if (value.root.k === "foreign" && value.steps.every(({ kind }) => kind === "member")) return false;
      return !isInput(value.root) && !value.steps.some((step) => step.kind === "member" && INPUT.test(step.name));
    case "request":
      return !isInput(value);
    case "foreign":
      return !/^[A-Z]/.test(value.name);
    case "pending":
      return isUnseen(value.value);
    case "choice":
      return value.alternatives.some((one) => isUnseen(one.value));
    case "derived":
      return value.args.some(isUnseen);
    case "struct":
      return [...value.props.values()].some(isUnseen) || value.spreads.some(isUnseen);
    default:
      return false;
  }
}
