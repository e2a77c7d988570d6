drop policy if exists tenant_isolation_only on "job_runs";
drop policy if exists tenant_isolation on "job_runs";
alter table if exists "job_runs" no force row level security;
alter table if exists "job_runs" disable row level security;
drop table if exists job_runs;
