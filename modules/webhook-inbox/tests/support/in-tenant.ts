import type { Sql, VerifiedTenant } from "@meterr/runtime";

/** What a pool of `pg` is, as far as a host of this module needs it. */
export interface Pool {
  connect(): Promise<{ query: unknown; release(broken?: boolean): void }>;
}

/** The whole of what a host does: one transaction that names its tenant. */
export async function inTenant<T>(
  pool: Pool,
  tenant: Pick<VerifiedTenant, "id" | "visibility">,
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  const sql = client as unknown as Sql;
  try {
    await sql.query("begin");
    await sql.query("select set_config('app.tenant_id', $1, true), set_config('app.visibility', $2, true)", [
      tenant.id,
      tenant.visibility,
    ]);
    const result = await work(sql);
    await sql.query("commit");
    return result;
  } catch (error) {
    await sql.query("rollback");
    throw error;
  } finally {
    client.release();
  }
}
