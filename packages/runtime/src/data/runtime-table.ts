import { enableTenantPolicies, removeTenantPolicies, type TenantTable } from "./tenant-policies.ts";
import { transactionSetting, type TenantSource, type TenantType } from "./tenant-source.ts";

export interface RuntimeTableOptions {
  /** Default: `app.tenant_id`. */
  readonly tenant?: TenantSource;
  /** Of the host's tenant ids. Default `uuid`. */
  readonly tenantType?: TenantType;
}

/** Reversible SQL of a table the runtime itself needs, in the schema on the search path. */
export interface RuntimeTable {
  readonly table: TenantTable;
  /** The bare table, for a `dataKey` that adds the policies itself. */
  readonly create: string;
  readonly drop: string;
  /** With its policies. */
  readonly up: string;
  readonly down: string;
}

/** A table of rows by `org_id`. Throws RuntimeError `identifier_invalid`. */
export function runtimeTable(
  name: string,
  create: (tenantType: TenantType) => readonly string[],
  options: RuntimeTableOptions,
): RuntimeTable {
  const { tenant = transactionSetting(), tenantType = "uuid" } = options;
  const table: TenantTable = { name, tenantColumn: "org_id", tenantType };
  const policies = enableTenantPolicies(table, tenant);
  const statements = create(tenantType);
  const drop = `drop table if exists ${name}`;
  return {
    table,
    create: statements.join(";\n"),
    drop,
    up: script([...statements, ...policies]),
    down: script([...removeTenantPolicies(table), drop]),
  };
}

function script(statements: readonly string[]): string {
  return statements.map((statement) => `${statement};\n`).join("");
}
