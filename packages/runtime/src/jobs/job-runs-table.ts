import { enableTenantPolicies, removeTenantPolicies, type TenantTable } from "../data/tenant-policies.ts";
import { transactionSetting, type TenantSource, type TenantType } from "../data/tenant-source.ts";

export interface JobRunsOptions {
  /** Default: `app.tenant_id`. */
  readonly tenant?: TenantSource;
  /** Of the host's tenant ids. Default `uuid`. */
  readonly tenantType?: TenantType;
}

/** Reversible SQL of the table that remembers runs, in the schema on the search path. */
export interface JobRunsTable {
  readonly table: TenantTable;
  /** The bare table, for a `dataKey` that adds the policies itself. */
  readonly create: string;
  readonly drop: string;
  /** With its policies. */
  readonly up: string;
  readonly down: string;
}

/**
 * `job_runs`: one row for each tenant, job and idempotency key. Grant the role that runs jobs select, insert and
 * update on it. Rows older than any key that may come again can be deleted. Throws RuntimeError `identifier_invalid`.
 */
export function jobRunsTable(options: JobRunsOptions = {}): JobRunsTable {
  const { tenant = transactionSetting(), tenantType = "uuid" } = options;
  const table: TenantTable = { name: "job_runs", tenantColumn: "org_id", tenantType };
  const policies = enableTenantPolicies(table, tenant);
  const create = `create table job_runs (
  org_id ${tenantType} not null,
  job text not null check (char_length(job) between 1 and 64),
  key text not null check (char_length(key) between 1 and 200),
  run_id uuid not null,
  outcome text not null check (outcome in ('done', 'failed', 'timed_out')),
  code text check (char_length(code) <= 64),
  attempts integer not null check (attempts > 0),
  started_at timestamptz not null,
  finished_at timestamptz not null,
  check ((outcome = 'done') = (code is null)),
  primary key (org_id, job, key)
)`;
  const drop = "drop table if exists job_runs";
  return {
    table,
    create,
    drop,
    up: script([create, ...policies]),
    down: script([...removeTenantPolicies(table), drop]),
  };
}

function script(statements: readonly string[]): string {
  return statements.map((statement) => `${statement};\n`).join("");
}
