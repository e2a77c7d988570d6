import { checkTenantTables, readTenantTables, RuntimeError, sqlIdentifier, type Sql } from "@meterr/runtime";
import { asked } from "../asked.ts";
import { TenantRlsError } from "../errors.ts";
import { inOneTransaction } from "../one-connection.ts";
import { probeTable } from "./probe-table.ts";
import type { Probe, ProofOptions, TableProof, TableToProve, TenantRlsProof } from "./proof.ts";

const BOUND = "select set_config('statement_timeout', $1, true), set_config('lock_timeout', $1, true)";
const WHO = "select current_user::text as role";

/**
 * Proves, on one connection of the application's real role, that two tenants cannot reach each other's rows. All of it
 * happens in one transaction that is rolled back, each probe in a savepoint of its own. Sequences move on all the same.
 * Throws TenantRlsError `input_invalid`, `not_one_connection`, `timed_out`, `database_unavailable`.
 */
export async function proveTenantRls(connection: Sql, options: ProofOptions): Promise<TenantRlsProof> {
  const [one, two] = options.tenants;
  if (one === "" || two === "" || one.toLowerCase() === two.toLowerCase()) {
    throw new TenantRlsError("input_invalid", "Name two tenants that differ.");
  }
  if (options.tables.length === 0) throw new TenantRlsError("input_invalid", "Name at least one table.");
  // Statements cannot take a role as a parameter.
  const role = options.role === undefined ? null : `set local role ${sqlIdentifier(options.role)}`;
  const tables: TableProof[] = [];
  let who = "";
  await inOneTransaction(connection, "rollback", async () => {
    await asked(() => connection.query(BOUND, [String(options.statementMilliseconds ?? 5_000)]));
    if (role !== null) {
      // sql-not-constant: the role's name is validated and quoted by sqlIdentifier
      await asked(() => connection.query(role));
    }
    const { rows } = await asked(() => connection.query<{ role: string }>(WHO));
    who = rows[0]?.role ?? "";
    for (const table of options.tables) {
      await asked(() => connection.query("savepoint tenant_rls_table"));
      const probes = [await catalogueProbe(connection, table, options)];
      await asked(() => connection.query("savepoint tenant_rls_rows"));
      if (await isOutOfReach(connection, table)) {
        probes.push({ name: "control", answer: "proved", reason: "the role has no right on this partition" });
      } else probes.push(...(await asked(() => probeTable(connection, table, options))));
      await asked(() => connection.query("rollback to savepoint tenant_rls_table"));
      tables.push({ table: table.name, probes });
    }
  });
  const proved = tables.every(({ probes }) => probes.length > 1 && probes.every(({ answer }) => answer === "proved"));
  return { proved, role: who, tables };
}

/** A partition is reached through its parent, which is proved on its own. */
async function isOutOfReach(sql: Sql, table: TableToProve): Promise<boolean> {
  if (table.partitionOf === undefined || table.partitionOf === null) return false;
  const { tables } = await asked(() => readTenantTables(sql, [table.name]));
  return tables[0]?.usable === false;
}

async function catalogueProbe(sql: Sql, table: ProofOptions["tables"][number], options: ProofOptions): Promise<Probe> {
  try {
    await asked(() => checkTenantTables(sql, [table], options.tenant));
    return { name: "catalogue", answer: "proved", reason: "enabled, forced, both policies as made, the role is bound" };
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    return { name: "catalogue", answer: "violated", reason: error.message };
  }
}
