create table idempotency_keys (
  org_id uuid not null,
  principal_id text not null,
  route text not null,
  key text not null check (char_length(key) between 1 and 255),
  request_hash bytea not null check (octet_length(request_hash) = 32),
  status integer not null check (status between 200 and 299),
  body jsonb,
  created_at timestamptz not null default now(),
  primary key (org_id, principal_id, route, key)
);
create index idempotency_keys_created on idempotency_keys (org_id, created_at);
alter table "idempotency_keys" enable row level security;
alter table "idempotency_keys" force row level security;
create policy tenant_isolation on "idempotency_keys" as permissive for all to public using ("org_id" = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) with check ("org_id" = (select nullif(current_setting('app.tenant_id', true), '')::uuid));
create policy tenant_isolation_only on "idempotency_keys" as restrictive for all to public using ("org_id" = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) with check ("org_id" = (select nullif(current_setting('app.tenant_id', true), '')::uuid));
