-- Virtual keys, what they may call, and the budgets that bind them.
-- Reversed by 0003_virtual_keys.down.sql.

create table virtual_keys (
  org_id uuid not null references organisations,
  id uuid not null,
  name text not null check (char_length(name) between 1 and 120),
  mode text not null check (mode in ('live', 'test')),
  -- SHA-256 of the whole key; the key itself is shown once and never stored.
  hash bytea not null unique check (octet_length(hash) = 32),
  display text not null check (char_length(display) = 12),
  member_id uuid not null,
  created_by uuid not null,
  allowed_models text[] check (cardinality(allowed_models) between 1 and 100),
  allowed_origins text[] check (cardinality(allowed_origins) between 1 and 20),
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  suspended_at timestamptz,
  suspended_reason text check (suspended_reason in ('overrun')),
  primary key (org_id, id),
  foreign key (org_id, member_id) references members,
  foreign key (org_id, created_by) references members
);
create index virtual_keys_member on virtual_keys (org_id, member_id);

-- One provider secret per provider. Null: the sandbox's own credential, in test mode only.
create table virtual_key_providers (
  org_id uuid not null,
  virtual_key_id uuid not null,
  provider text not null check (provider in ('openai', 'anthropic', 'google')),
  provider_secret_id uuid,
  primary key (org_id, virtual_key_id, provider),
  foreign key (org_id, virtual_key_id) references virtual_keys,
  foreign key (org_id, provider_secret_id) references provider_secrets
);
create index virtual_key_providers_secret on virtual_key_providers (org_id, provider_secret_id);

-- spent + reserved <= limit at every commit; only the ledger's functions write the two counters.
-- An overrun reported by a provider is recorded in full and suspends the virtual key.
create table budgets (
  org_id uuid not null references organisations,
  id uuid not null,
  scope text not null check (scope in ('organisation', 'team', 'member', 'virtual_key')),
  scope_id uuid not null,
  limit_nanousd bigint not null check (limit_nanousd >= 0),
  spent_nanousd bigint not null default 0 check (spent_nanousd >= 0),
  reserved_nanousd bigint not null default 0 check (reserved_nanousd >= 0),
  created_at timestamptz not null default now(),
  primary key (org_id, id),
  unique (org_id, scope, scope_id)
);

-- Prices an organisation's admin sets, for models the catalogue does not know or to correct it.
-- Each row is a version and is never changed; the newest of a model is in force.
create table organisation_prices (
  org_id uuid not null references organisations,
  version text not null check (char_length(version) between 1 and 64),
  provider text not null check (provider in ('openai', 'anthropic', 'google')),
  model text not null check (char_length(model) between 1 and 200),
  -- Bucket name to nano-dollars per million tokens, as strings of digits.
  prices jsonb not null,
  created_by uuid not null,
  created_at timestamptz not null default now(),
  primary key (org_id, version),
  foreign key (org_id, created_by) references members
);
create index organisation_prices_model on organisation_prices (org_id, provider, model, created_at desc);

-- Every catalogue price an event was ever priced at, so that history explains itself. Public data.
create table price_versions (
  version text primary key check (char_length(version) between 1 and 64),
  provider text not null,
  model text not null,
  prices jsonb not null,
  source text not null,
  created_at timestamptz not null default now()
);

alter table virtual_keys enable row level security;
alter table virtual_keys force row level security;
create policy tenant on virtual_keys
  using (org_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));
create policy subject on virtual_keys as restrictive
  using ((select current_setting('app.visibility', true)) = 'tenant' or current_user = 'meterr_lookup'
    or member_id = (select nullif(current_setting('app.subject_id', true), '')::uuid));
alter table virtual_key_providers enable row level security;
alter table virtual_key_providers force row level security;
create policy tenant on virtual_key_providers
  using (org_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));
create policy subject on virtual_key_providers as restrictive
  using ((select current_setting('app.visibility', true)) = 'tenant' or current_user = 'meterr_lookup'
    or exists (select from virtual_keys k where k.org_id = virtual_key_providers.org_id
      and k.id = virtual_key_providers.virtual_key_id
      and k.member_id = (select nullif(current_setting('app.subject_id', true), '')::uuid)));
alter table budgets enable row level security;
alter table budgets force row level security;
create policy tenant on budgets
  using (org_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));
create policy subject on budgets as restrictive
  using ((select current_setting('app.visibility', true)) = 'tenant' or current_user = 'meterr_lookup'
    or (scope = 'member' and scope_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))
    or (scope = 'virtual_key' and exists (select from virtual_keys k where k.org_id = budgets.org_id
      and k.id = budgets.scope_id
      and k.member_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))));
alter table organisation_prices enable row level security;
alter table organisation_prices force row level security;
create policy tenant on organisation_prices
  using (org_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));

create policy lookup on virtual_keys for select to meterr_lookup using (true);
create policy lookup on virtual_key_providers for select to meterr_lookup using (true);
create policy lookup on budgets for select to meterr_lookup using (true);
grant select on virtual_keys, virtual_key_providers to meterr_lookup;
grant select (org_id, scope, scope_id) on budgets to meterr_lookup;
grant select (destination, simulated) on provider_secrets to meterr_lookup;

-- The gateway's question before a tenant is known: whose key is this, and what may it do?
-- Revoked and expired keys are answered too, so that the caller can be told which it is.
create function find_virtual_key(p_hash bytea)
returns table (
  org_id uuid, id uuid, mode text, member_id uuid, allowed_models text[], allowed_origins text[],
  expires_at timestamptz, revoked boolean, suspended boolean, limited boolean, providers jsonb
)
language sql stable security definer set search_path = meterr, pg_temp as $$
  select k.org_id, k.id, k.mode, k.member_id, k.allowed_models, k.allowed_origins, k.expires_at,
    k.revoked_at is not null or m.removed_at is not null, k.suspended_at is not null,
    exists (select from budgets b where b.org_id = k.org_id and (
      (b.scope = 'virtual_key' and b.scope_id = k.id)
      or (k.mode = 'live' and ((b.scope = 'member' and b.scope_id = k.member_id)
        or (b.scope = 'organisation' and b.scope_id = k.org_id))))),
    coalesce((select jsonb_object_agg(p.provider, jsonb_build_object(
        'provider_secret_id', p.provider_secret_id, 'version', s.current_version,
        'destination', s.destination, 'simulated', coalesce(s.simulated, true), 'revoked', s.revoked_at is not null))
      from virtual_key_providers p
      left join provider_secrets s on s.org_id = p.org_id and s.id = p.provider_secret_id
      where p.org_id = k.org_id and p.virtual_key_id = k.id), '{}'::jsonb)
  from virtual_keys k join members m on m.org_id = k.org_id and m.id = k.member_id
  where k.hash = p_hash
$$;

create function revoke_virtual_key(p_org uuid, p_id uuid) returns boolean
language plpgsql security definer set search_path = meterr, pg_temp as $$
begin
  update virtual_keys set revoked_at = now() where org_id = p_org and id = p_id and revoked_at is null;
  if not found then return false; end if;
  perform note_revocation(p_org, 'virtual_key', p_id);
  return true;
end $$;

-- Removing a member ends everything that acts for them, in one transaction: virtual keys and API tokens.
-- The last owner cannot be removed. Answers 'removed', 'not_found' or 'last_owner'.
create function remove_member(p_org uuid, p_id uuid) returns text
language plpgsql security definer set search_path = meterr, pg_temp as $$
declare v_role text;
begin
  -- All owners are locked in order, so two removals cannot both see the other as the remaining owner.
  perform from members where org_id = p_org and role = 'owner' and removed_at is null order by id for update;
  select role into v_role from members where org_id = p_org and id = p_id and removed_at is null for update;
  if not found then return 'not_found'; end if;
  if v_role = 'owner' and (select count(*) from members
      where org_id = p_org and role = 'owner' and removed_at is null) = 1 then
    return 'last_owner';
  end if;
  update members set removed_at = now() where org_id = p_org and id = p_id;
  -- In the order of their ids, as the ledger locks those it suspends.
  perform from virtual_keys where org_id = p_org and member_id = p_id and revoked_at is null order by id for update;
  update virtual_keys set revoked_at = now() where org_id = p_org and member_id = p_id and revoked_at is null;
  update api_tokens set revoked_at = now() where org_id = p_org and member_id = p_id and revoked_at is null;
  perform note_revocation(p_org, 'member', p_id);
  return 'removed';
end $$;

-- Answers 'changed', 'not_found' or 'last_owner'.
create function change_member_role(p_org uuid, p_id uuid, p_role text) returns text
language plpgsql security definer set search_path = meterr, pg_temp as $$
declare v_role text;
begin
  perform from members where org_id = p_org and role = 'owner' and removed_at is null order by id for update;
  select role into v_role from members where org_id = p_org and id = p_id and removed_at is null for update;
  if not found then return 'not_found'; end if;
  if v_role = 'owner' and p_role <> 'owner' and (select count(*) from members
      where org_id = p_org and role = 'owner' and removed_at is null) = 1 then
    return 'last_owner';
  end if;
  update members set role = p_role where org_id = p_org and id = p_id;
  return 'changed';
end $$;

grant execute on function find_virtual_key(bytea) to meterr_gateway;
grant execute on function revoke_virtual_key(uuid, uuid), remove_member(uuid, uuid), change_member_role(uuid, uuid, text)
  to meterr_dashboard;
grant create on schema meterr to meterr_lookup;
alter function find_virtual_key(bytea) owner to meterr_lookup;
revoke create on schema meterr from meterr_lookup;

grant select (org_id, id, name, mode, display, member_id, created_by, allowed_models, allowed_origins, created_at,
  expires_at, revoked_at, suspended_at, suspended_reason) on virtual_keys to meterr_dashboard;
grant insert (org_id, id, name, mode, hash, display, member_id, created_by, allowed_models, allowed_origins, expires_at)
  on virtual_keys to meterr_dashboard;
grant select, insert on virtual_key_providers to meterr_dashboard;
grant select on budgets to meterr_dashboard;
grant insert (org_id, id, scope, scope_id, limit_nanousd), update (limit_nanousd) on budgets to meterr_dashboard;
grant select, insert on organisation_prices to meterr_dashboard;
grant select on organisation_prices to meterr_gateway;
grant select on price_versions to meterr_dashboard, meterr_gateway;
grant insert on price_versions to meterr_gateway;
