import type { Visibility } from "../principal.ts";
import { selectTenant } from "../tenant/select-tenant.ts";
import type { VerifiedTenant } from "../tenant/verified-tenant.ts";

export interface TestTenant {
  readonly id: string;
  readonly subject?: string | null;
  readonly role?: string | null;
  readonly visibility?: Visibility;
}

/**
 * A verified tenant for a test, made by the tenant gate from a service account's principal.
 * Only tests may import it: `npm run check` refuses "@meterr/runtime/testing" outside `tests/` folders.
 */
export function tenantForTest(tenant: TestTenant): VerifiedTenant {
  const membership = {
    tenantId: tenant.id,
    subjectId: tenant.subject ?? "",
    role: tenant.role ?? "",
    visibility: tenant.visibility ?? "tenant",
  };
  const principal = { kind: "service_account", id: "test", label: "test", memberships: [membership] } as const;
  return selectTenant(principal, tenant.id);
}
