import type { Principal } from "../principal.ts";
import { Problem } from "../problem.ts";
import { issueTenant, type VerifiedTenant } from "./verified-tenant.ts";

/**
 * The tenant gate: one of the principal's own memberships, which `named` may only select among.
 * `named` is null when the request names none.
 */
export function selectTenant(principal: Principal, named: string | null): VerifiedTenant {
  const { memberships } = principal;
  if (memberships.length === 0) {
    // A webhook whose account maps to no tenant is a malformed delivery, not a lack of rights.
    throw new Problem(principal.kind === "webhook" ? "tenant_required" : "tenant_forbidden");
  }
  if (named === null && memberships.length > 1) throw new Problem("tenant_required");
  const wanted = named?.toLowerCase();
  const matching =
    named === null ? memberships : memberships.filter(({ tenantId }) => tenantId.toLowerCase() === wanted);
  const [membership] = matching;
  // Two memberships of one tenant would make the role a question of order.
  if (membership === undefined || matching.length > 1) throw new Problem("tenant_forbidden");
  if (membership.tenantId === "") throw new TypeError("A membership without a tenant.");
  if (membership.visibility === "subject" && membership.subjectId === "") {
    throw new TypeError("A membership that sees only its own rows, without a member.");
  }
  return issueTenant(membership);
}
