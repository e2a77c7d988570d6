import { isTenantName } from "../../knowledge/names.ts";
import { comparisons, type Condition } from "../../values/query.ts";
import { clientsOf } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";

/** `organizationId: settings.organizationId`: a tenant's column, compared with what comes from code that is not seen and from no client. */
export function isOfUnseenTenant(where: Condition | null): boolean {
  return comparisons(where).some(
    ({ field, op, value }) =>
      op === "equal" && isTenantName(field.slice(field.lastIndexOf(".") + 1)) && isUnseen(value, 0),
  );
}

function isUnseen(value: Value, depth: number): boolean {
  if (depth > 4) return false;
  switch (value.k) {
    case "opaque":
      return true;
    case "chain":
      return (value.root.k === "opaque" || value.root.k === "foreign") && clientsOf(value).length === 0;
    case "pending":
      return isUnseen(value.value, depth + 1);
    case "choice": {
      const some = value.alternatives.filter(({ value: one }) => one.k !== "literal" || Boolean(one.value));
      return some.length > 0 && some.every((one) => isUnseen(one.value, depth + 1));
    }
    default:
      return false;
  }
}
