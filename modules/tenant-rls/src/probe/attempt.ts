import type { Sql } from "@meterr/runtime";
import { asked, sqlState } from "../asked.ts";

/** How many rows it touched or counted, or the SQLSTATE it was refused with. */
export type Outcome = { readonly rows: number; readonly state: null } | { readonly rows: 0; readonly state: string };

/** 42501: no such right, or a row that row-level security refuses. */
export const DENIED = "42501";

/** Runs a statement in a savepoint that is kept or rolled back; a refusal is an outcome, an outage is thrown. */
export async function attempt(
  sql: Sql,
  statement: { readonly text: string; readonly values?: readonly unknown[] },
  keep: "keep" | "undo",
): Promise<Outcome> {
  await asked(() => sql.query("savepoint tenant_rls_probe"));
  try {
    const { rows, rowCount } = await asked(() =>
      // sql-not-constant: names in it are validated and quoted by sqlIdentifier, values are parameters
      sql.query<{ count?: unknown }>(statement.text, statement.values ?? []),
    );
    if (keep === "undo") await asked(() => sql.query("rollback to savepoint tenant_rls_probe"));
    const counted = rows[0]?.count;
    return { rows: counted === undefined ? (rowCount ?? 0) : Number(counted), state: null };
  } catch (error) {
    const state = sqlState(error);
    if (state === null) throw error;
    await asked(() => sql.query("rollback to savepoint tenant_rls_probe"));
    return { rows: 0, state };
  }
}
