import { withTenant } from "@meterr/database";
import type { TestDatabase } from "@meterr/database/testing";
import type { RuntimeHost } from "@meterr/runtime";

export function tenantTransaction(db: TestDatabase): RuntimeHost["withTenant"] {
  return (tenant, fn) => withTenant(db.pools.dashboard, tenant, fn);
}
