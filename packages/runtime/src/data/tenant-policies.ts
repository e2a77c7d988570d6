import { sqlIdentifier } from "./sql-identifier.ts";
import type { TenantSource, TenantType } from "./tenant-source.ts";

/** A table whose rows belong to tenants. */
export interface TenantTable {
  /** `name` or `schema.name`. */
  readonly name: string;
  readonly tenantColumn: string;
  /** Default `uuid`. */
  readonly tenantType?: TenantType;
}

/** The names of the two policies every tenant table gets. */
export const TENANT_POLICIES = { permissive: "tenant_isolation", restrictive: "tenant_isolation_only" } as const;

/**
 * The statements that put one table under its tenant. Two policies: the permissive one admits the tenant's rows, the
 * restrictive one holds even when somebody later adds a policy that admits more, since permissive policies are joined
 * by OR. FORCE binds the owner too. Throws RuntimeError `identifier_invalid`.
 */
export function enableTenantPolicies(table: TenantTable, tenant: TenantSource): string[] {
  const name = sqlIdentifier(table.name);
  const mine = `${sqlIdentifier(table.tenantColumn)} = ${tenant.expression(table.tenantType ?? "uuid")}`;
  return [
    `alter table ${name} enable row level security`,
    `alter table ${name} force row level security`,
    `create policy ${TENANT_POLICIES.permissive} on ${name} as permissive for all to ${tenant.role}` +
      ` using (${mine}) with check (${mine})`,
    `create policy ${TENANT_POLICIES.restrictive} on ${name} as restrictive for all to public` +
      ` using (${mine}) with check (${mine})`,
  ];
}

/** How row-level security stood on a table before. Default: off, as on a table just made. */
export interface EarlierState {
  readonly enabled: boolean;
  readonly forced: boolean;
}

/** The statements that take exactly that away again. */
export function removeTenantPolicies(
  table: Pick<TenantTable, "name">,
  earlier: EarlierState = { enabled: false, forced: false },
): string[] {
  const name = sqlIdentifier(table.name);
  return [
    `drop policy if exists ${TENANT_POLICIES.restrictive} on ${name}`,
    `drop policy if exists ${TENANT_POLICIES.permissive} on ${name}`,
    ...(earlier.forced ? [] : [`alter table if exists ${name} no force row level security`]),
    ...(earlier.enabled ? [] : [`alter table if exists ${name} disable row level security`]),
  ];
}
