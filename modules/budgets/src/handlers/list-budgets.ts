import { permit } from "@meterr/identity";
import { routeKey, type RouteKey } from "@meterr/runtime";
import { COLUMNS, presentBudget, type BudgetRow } from "../budget-rows.ts";
import { READ_LIMIT, type RouteParts } from "../route-parts.ts";
import { listQuery } from "../validators/inputs.ts";

/** The organisation's own comes with the first page; those of members who left bind nobody any more. */
const PAGE = `select ${COLUMNS} from budgets b
  where b.org_id = $1 and (
    (b.scope = 'organisation' and $2::uuid is null)
    or (b.scope = 'member' and ($2::uuid is null or b.scope_id > $2)
      and exists (select from members m where m.org_id = b.org_id and m.id = b.scope_id and m.removed_at is null)))
  order by b.scope desc, b.scope_id limit $3`;

/** Row-level security leaves a developer their own. */
export function listBudgets(parts: RouteParts): RouteKey {
  return routeKey({
    ...parts,
    method: "GET",
    path: "/api/v1/budgets",
    authorize: permit("budgets.read"),
    input: { query: listQuery },
    limit: READ_LIMIT,
    maxBodyBytes: 0,
    idempotency: "none",
    handler: async ({ sql, tenant, query }) => {
      const found = await sql.query<BudgetRow>(PAGE, [tenant.id, query.cursor ?? null, query.limit + 1]);
      const rows = found.rows.slice(0, query.limit);
      const last = found.rows.length > query.limit ? rows.at(-1) : undefined;
      // The organisation's comes first, so a page of it alone goes on from before any member.
      const cursor = last?.scope === "organisation" ? "00000000-0000-0000-0000-000000000000" : last?.scope_id;
      return { status: 200, body: { items: rows.map(presentBudget), next_cursor: cursor ?? null } };
    },
  });
}
