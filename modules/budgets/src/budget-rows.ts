import { exactUsd } from "@meterr/metering";
import { Problem, type Sql } from "@meterr/runtime";

/** Whose budget it is; a virtual key's belongs to the virtual key. */
export type Holder =
  | { readonly scope: "organisation"; readonly id: string }
  | { readonly scope: "member"; readonly id: string };

export interface BudgetRow {
  id: string;
  scope: "organisation" | "member";
  scope_id: string;
  limit_nanousd: string;
  spent_nanousd: string;
  reserved_nanousd: string;
  created_at: Date;
}

export const COLUMNS = `b.id, b.scope, b.scope_id, b.limit_nanousd::text, b.spent_nanousd::text, b.reserved_nanousd::text,
  b.created_at`;

/** The budget as it is, locked against another change; null without one. */
export async function lockBudget(sql: Sql, orgId: string, holder: Holder): Promise<BudgetRow | null> {
  const found = await sql.query<BudgetRow>(
    `select ${COLUMNS} from budgets b where b.org_id = $1 and b.scope = $2 and b.scope_id = $3 for update`,
    [orgId, holder.scope, holder.id],
  );
  return found.rows[0] ?? null;
}

/**
 * Only who is a member may be given a budget; locked, so that they are not removed meanwhile.
 * Throws Problem `not_found`, for another organisation's too.
 */
export async function requireMember(sql: Sql, orgId: string, memberId: string): Promise<void> {
  const found = await sql.query(
    "select id from members where org_id = $1 and id = $2 and removed_at is null for share",
    [orgId, memberId],
  );
  if (found.rows.length === 0) throw new Problem("not_found", { detail: "There is no such member." });
}

/** What the API answers: money as decimal strings of US dollars and whole nano-dollars. */
export function presentBudget(row: BudgetRow): Record<string, unknown> {
  return {
    id: row.id,
    scope: row.scope,
    member_id: row.scope === "member" ? row.scope_id : null,
    limit_usd: exactUsd(BigInt(row.limit_nanousd)),
    limit_nanousd: row.limit_nanousd,
    spent_usd: exactUsd(BigInt(row.spent_nanousd)),
    spent_nanousd: row.spent_nanousd,
    reserved_nanousd: row.reserved_nanousd,
    created_at: row.created_at.toISOString(),
  };
}
