drop policy if exists tenant_isolation_only on "idempotency_keys";
drop policy if exists tenant_isolation on "idempotency_keys";
alter table if exists "idempotency_keys" no force row level security;
alter table if exists "idempotency_keys" disable row level security;
drop table if exists idempotency_keys;
