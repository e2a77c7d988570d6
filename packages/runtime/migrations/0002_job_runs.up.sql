create table job_runs (
  org_id uuid not null,
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
);
alter table "job_runs" enable row level security;
alter table "job_runs" force row level security;
create policy tenant_isolation on "job_runs" as permissive for all to public using ("org_id" = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) with check ("org_id" = (select nullif(current_setting('app.tenant_id', true), '')::uuid));
create policy tenant_isolation_only on "job_runs" as restrictive for all to public using ("org_id" = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) with check ("org_id" = (select nullif(current_setting('app.tenant_id', true), '')::uuid));
