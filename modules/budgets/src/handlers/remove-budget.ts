import { permit } from "@meterr/identity";
import { Problem, routeKey, type RouteKey, type TenantContext } from "@meterr/runtime";
import { lockBudget, type Holder } from "../budget-rows.ts";
import { WRITE_LIMIT, type RouteParts } from "../route-parts.ts";
import { idParams } from "../validators/inputs.ts";

export function removeOrganisationBudget(parts: RouteParts): RouteKey {
  return routeKey({
    ...parts,
    method: "DELETE",
    path: "/api/v1/budgets/organisation",
    authorize: permit("budgets.update"),
    input: {},
    limit: WRITE_LIMIT,
    maxBodyBytes: 0,
    idempotency: "none",
    handler: (asked) => removeBudget(asked, { scope: "organisation", id: asked.tenant.id }),
  });
}

export function removeMemberBudget(parts: RouteParts): RouteKey {
  return routeKey({
    ...parts,
    method: "DELETE",
    path: "/api/v1/budgets/members/:id",
    authorize: permit("budgets.update"),
    input: { params: idParams },
    limit: WRITE_LIMIT,
    maxBodyBytes: 0,
    idempotency: "none",
    handler: (asked) => removeBudget(asked, { scope: "member", id: asked.params.id }),
  });
}

/** Calls under way that reserved on it settle without it. */
async function removeBudget(
  { sql, tenant, audit }: Pick<TenantContext<Record<string, never>>, "sql" | "tenant" | "audit">,
  holder: Holder,
) {
  const before = await lockBudget(sql, tenant.id, holder);
  const removed = await sql.query<{ removed: boolean }>("select remove_budget($1, $2, $3) as removed", [
    tenant.id,
    holder.scope,
    holder.id,
  ]);
  if (before === null || removed.rows[0]?.removed !== true) {
    throw new Problem("not_found", { detail: "There is no such budget." });
  }
  await audit({
    action: "budget.removed",
    subject: { type: holder.scope, id: holder.id },
    details: { from_nanousd: before.limit_nanousd, spent_nanousd: before.spent_nanousd },
  });
  return { status: 204 };
}
