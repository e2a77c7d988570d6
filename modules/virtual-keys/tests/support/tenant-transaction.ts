import type { TestDatabase } from "@meterr/database/testing";
import { isVerifiedTenant, type RuntimeHost, type Sql } from "@meterr/runtime";

/** What a host does around a handler: one transaction of the dashboard's role under the tenant's three settings. */
export function tenantTransaction(db: TestDatabase): RuntimeHost["withTenant"] {
  return async (tenant, fn) => {
    if (!isVerifiedTenant(tenant)) throw new TypeError("Not a verified tenant.");
    const client = await db.pools.dashboard.connect();
    const query: Sql["query"] = async (text, values) =>
      client.query<never>(text, values === undefined ? undefined : [...values]);
    try {
      await client.query("begin");
      await client.query(
        "select set_config('app.tenant_id', $1, true), set_config('app.visibility', $2, true), set_config('app.subject_id', $3, true)",
        [tenant.id, tenant.visibility, tenant.subject ?? ""],
      );
      const result = await fn({ query });
      await client.query("commit");
      return result;
    } catch (error) {
      await client.query("rollback");
      throw error;
    } finally {
      client.release();
    }
  };
}
