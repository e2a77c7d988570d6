import { permit } from "@meterr/identity";
import { routeKey, type RouteKey, type TenantContext } from "@meterr/runtime";
import { COLUMNS, lockBudget, presentBudget, requireMember, type BudgetRow, type Holder } from "../budget-rows.ts";
import { WRITE_LIMIT, type RouteParts } from "../route-parts.ts";
import { idParams, setInput } from "../validators/inputs.ts";

interface Deps {
  readonly newId: () => string;
}

type Asked = Pick<TenantContext<{ body: typeof setInput }>, "sql" | "tenant" | "body" | "audit">;

export function setOrganisationBudget(parts: RouteParts, deps: Deps): RouteKey {
  return routeKey({
    ...parts,
    method: "PUT",
    path: "/api/v1/budgets/organisation",
    authorize: permit("budgets.update"),
    input: { body: setInput },
    limit: WRITE_LIMIT,
    maxBodyBytes: 1024,
    idempotency: "accepted",
    handler: (asked) => setBudget(asked, { scope: "organisation", id: asked.tenant.id }, deps),
  });
}

export function setMemberBudget(parts: RouteParts, deps: Deps): RouteKey {
  return routeKey({
    ...parts,
    method: "PUT",
    path: "/api/v1/budgets/members/:id",
    authorize: permit("budgets.update"),
    input: { params: idParams, body: setInput },
    limit: WRITE_LIMIT,
    maxBodyBytes: 1024,
    idempotency: "accepted",
    handler: async (asked) => {
      const { id } = asked.params;
      await requireMember(asked.sql, asked.tenant.id, id);
      return setBudget(asked, { scope: "member", id }, deps);
    },
  });
}

/**
 * The limit alone is set: what is spent and reserved is the ledger's to write, and a limit below it takes nothing back.
 * Gateways look again at every key the budget binds, since one that becomes limited is admitted by stricter rules.
 */
async function setBudget({ sql, tenant, body, audit }: Asked, holder: Holder, { newId }: Deps) {
  const before = await lockBudget(sql, tenant.id, holder);
  await sql.query(
    `insert into budgets (org_id, id, scope, scope_id, limit_nanousd) values ($1, $2, $3, $4, $5)
     on conflict (org_id, scope, scope_id) do update set limit_nanousd = excluded.limit_nanousd`,
    [tenant.id, newId(), holder.scope, holder.id, body.limit_usd.toString()],
  );
  const found = await sql.query<BudgetRow>(
    `select ${COLUMNS} from budgets b where b.org_id = $1 and b.scope = $2 and b.scope_id = $3`,
    [tenant.id, holder.scope, holder.id],
  );
  const row = found.rows[0];
  if (row === undefined) throw new TypeError("The budget just set is not there.");
  await sql.query("select note_revocation($1, 'policy', $2)", [tenant.id, holder.id]);
  await audit({
    action: "budget.changed",
    subject: { type: holder.scope, id: holder.id },
    details: { from_nanousd: before?.limit_nanousd ?? null, to_nanousd: row.limit_nanousd },
  });
  return { status: 200, body: presentBudget(row) };
}
