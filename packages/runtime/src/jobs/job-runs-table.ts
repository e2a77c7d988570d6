import { runtimeTable, type RuntimeTable, type RuntimeTableOptions } from "../data/runtime-table.ts";
import type { TenantType } from "../data/tenant-source.ts";

export type JobRunsOptions = RuntimeTableOptions;
export type JobRunsTable = RuntimeTable;

/**
 * `job_runs`: one row for each tenant, job and idempotency key. Grant the role that runs jobs select, insert and
 * update on it. Rows older than any key that may come again can be deleted. Throws RuntimeError `identifier_invalid`.
 */
export function jobRunsTable(options: JobRunsOptions = {}): JobRunsTable {
  return runtimeTable("job_runs", create, options);
}

const create = (tenantType: TenantType): readonly string[] => [
  `create table job_runs (
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
)`,
];
