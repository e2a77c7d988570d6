import type { Sql } from "@meterr/runtime";
import { asked } from "./asked.ts";
import { inOneTransaction } from "./one-connection.ts";
import type { TenantRlsPlan } from "./plan/plan.ts";

// A table that is in use must not make everybody queue behind the change.
const PATIENCE = "select set_config('lock_timeout', $1, true)";

/**
 * Runs a plan's `up` or `down` on one connection of the owner, all of it or nothing.
 * Throws TenantRlsError `not_one_connection`, `timed_out` (a table was locked for longer than `lockMilliseconds`,
 * default 5,000), `database_unavailable`; rejects as the driver does when a statement is refused.
 */
export async function applyTenantRls(
  connection: Sql,
  plan: TenantRlsPlan,
  direction: "up" | "down",
  options: { readonly lockMilliseconds?: number } = {},
): Promise<void> {
  await inOneTransaction(connection, "commit", async () => {
    await asked(() => connection.query(PATIENCE, [String(options.lockMilliseconds ?? 5_000)]));
    for (const statement of plan[direction]) {
      // sql-not-constant: made by the plan from identifiers that sqlIdentifier validated and quoted
      await asked(() => connection.query(statement));
    }
  });
}
