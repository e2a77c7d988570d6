import { Problem, type Sql } from "@meterr/runtime";

/**
 * Who sees their own rows only may spend real money only inside a budget that somebody else gave them: else the limit
 * on one live key would be evaded by minting another. The ledger holds all keys of a member to the member's budget.
 * Throws Problem `allowance_missing`.
 */
export async function requireAllowance(sql: Sql, orgId: string, memberId: string): Promise<void> {
  const found = await sql.query("select id from budgets where org_id = $1 and scope = 'member' and scope_id = $2", [
    orgId,
    memberId,
  ]);
  if (found.rows.length === 0) throw new Problem("allowance_missing");
}
