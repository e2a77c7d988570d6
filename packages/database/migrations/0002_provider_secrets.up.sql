-- Sealed provider secrets and the public keys they are sealed to.
-- The dashboard inserts versions and can never read one back; the gateway reads them.
-- Reversed by 0002_provider_secrets.down.sql.

create table organisation_keys (
  org_id uuid not null references organisations,
  id text not null check (char_length(id) between 1 and 64),
  public_jwk jsonb not null,
  -- Compact JWS of the key service over organisation, key id and public key.
  signed text not null,
  created_at timestamptz not null default now(),
  retired_at timestamptz,
  primary key (org_id, id)
);
create unique index organisation_keys_current on organisation_keys (org_id) where retired_at is null;

create table provider_secrets (
  org_id uuid not null references organisations,
  id uuid not null,
  provider text not null check (provider in ('openai', 'anthropic', 'google')),
  name text not null check (char_length(name) between 1 and 120),
  destination text not null check (char_length(destination) between 8 and 300),
  simulated boolean not null,
  -- Masked form for display, e.g. sk-pro...x9Qz; '****' for short secrets.
  hint text not null check (char_length(hint) <= 16),
  status text not null default 'unverified' check (status in ('unverified', 'working', 'rejected')),
  status_detail text check (char_length(status_detail) <= 200),
  checked_at timestamptz,
  current_version integer not null default 1 check (current_version > 0),
  created_by uuid not null,
  created_at timestamptz not null default now(),
  revoked_at timestamptz,
  primary key (org_id, id),
  foreign key (org_id, created_by) references members
);
create unique index provider_secrets_name on provider_secrets (org_id, name) where revoked_at is null;
create index provider_secrets_unverified on provider_secrets (checked_at nulls first, created_at) where status = 'unverified' and revoked_at is null;

create table provider_secret_versions (
  org_id uuid not null,
  provider_secret_id uuid not null,
  version integer not null check (version > 0),
  organisation_key_id text not null,
  -- Compact JWE, RFC 7516.
  sealed text not null check (octet_length(sealed) between 64 and 16384),
  created_at timestamptz not null default now(),
  primary key (org_id, provider_secret_id, version),
  foreign key (org_id, provider_secret_id) references provider_secrets,
  foreign key (org_id, organisation_key_id) references organisation_keys
);

alter table organisation_keys enable row level security;
alter table organisation_keys force row level security;
create policy tenant on organisation_keys
  using (org_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));
alter table provider_secrets enable row level security;
alter table provider_secrets force row level security;
create policy tenant on provider_secrets
  using (org_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));
alter table provider_secret_versions enable row level security;
alter table provider_secret_versions force row level security;
create policy tenant on provider_secret_versions
  using (org_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));

create policy lookup on provider_secrets for select to meterr_lookup using (true);
grant select (org_id, id, status, revoked_at, current_version, provider, created_at, checked_at) on provider_secrets to meterr_lookup;

-- A new provider secret with its first version. The id and version are sealed into the JWE's header.
create function add_provider_secret(
  p_org uuid, p_id uuid, p_provider text, p_name text, p_destination text, p_simulated boolean,
  p_hint text, p_created_by uuid, p_organisation_key text, p_sealed text
) returns void
language plpgsql security definer set search_path = meterr, pg_temp as $$
begin
  insert into provider_secrets (org_id, id, provider, name, destination, simulated, hint, created_by)
  values (p_org, p_id, p_provider, p_name, p_destination, p_simulated, p_hint, p_created_by);
  insert into provider_secret_versions (org_id, provider_secret_id, version, organisation_key_id, sealed)
  values (p_org, p_id, 1, p_organisation_key, p_sealed);
  perform pg_notify('meterr_provider_secrets', p_org::text || ':' || p_id::text);
end $$;

-- The next version of a secret. p_version must be exactly one above the current; false when it is not.
create function rotate_provider_secret(
  p_org uuid, p_id uuid, p_version integer, p_hint text, p_organisation_key text, p_sealed text
) returns boolean
language plpgsql security definer set search_path = meterr, pg_temp as $$
begin
  update provider_secrets
  set current_version = p_version, hint = p_hint, status = 'unverified', status_detail = null, checked_at = null
  where org_id = p_org and id = p_id and revoked_at is null and current_version = p_version - 1;
  if not found then return false; end if;
  insert into provider_secret_versions (org_id, provider_secret_id, version, organisation_key_id, sealed)
  values (p_org, p_id, p_version, p_organisation_key, p_sealed);
  perform note_revocation(p_org, 'policy', p_id);
  perform pg_notify('meterr_provider_secrets', p_org::text || ':' || p_id::text);
  return true;
end $$;

-- Revocation also destroys the sealed versions: nothing opens what is not there.
create function revoke_provider_secret(p_org uuid, p_id uuid) returns boolean
language plpgsql security definer set search_path = meterr, pg_temp as $$
begin
  update provider_secrets set revoked_at = now() where org_id = p_org and id = p_id and revoked_at is null;
  if not found then return false; end if;
  delete from provider_secret_versions where org_id = p_org and provider_secret_id = p_id;
  perform note_revocation(p_org, 'provider_secret', p_id);
  return true;
end $$;

-- What the key service found when it tried a version against its provider; 'unverified' when it got no answer.
create function note_provider_secret_check(p_org uuid, p_id uuid, p_version integer, p_status text, p_detail text)
returns boolean
language plpgsql security definer set search_path = meterr, pg_temp as $$
begin
  perform set_config('app.tenant_id', p_org::text, true);
  update provider_secrets set status = p_status, status_detail = p_detail, checked_at = now()
  where org_id = p_org and id = p_id and current_version = p_version and revoked_at is null;
  return found;
end $$;

-- What is to be tried now. What was never tried goes first, and what got no answer waits as long again as it has been
-- waiting, between five seconds and ten minutes: else twenty secrets of one organisation that never get an answer
-- would keep everybody else's from being tried.
create function unverified_provider_secrets(p_limit integer)
returns table (org_id uuid, id uuid, version integer)
language sql stable security definer set search_path = meterr, pg_temp as $$
  select s.org_id, s.id, s.current_version from provider_secrets s
  where s.status = 'unverified' and s.revoked_at is null and (s.checked_at is null
    or s.checked_at + greatest(interval '5 seconds', least(interval '10 minutes', s.checked_at - s.created_at)) <= now())
  order by s.checked_at nulls first, s.created_at limit p_limit
$$;
grant execute on function add_provider_secret(uuid, uuid, text, text, text, boolean, text, uuid, text, text),
  rotate_provider_secret(uuid, uuid, integer, text, text, text), revoke_provider_secret(uuid, uuid) to meterr_dashboard;
grant execute on function note_provider_secret_check(uuid, uuid, integer, text, text), unverified_provider_secrets(integer)
  to meterr_gateway;
grant create on schema meterr to meterr_lookup;
alter function unverified_provider_secrets(integer) owner to meterr_lookup;
revoke create on schema meterr from meterr_lookup;

grant select on organisation_keys to meterr_dashboard;
grant select, insert on organisation_keys to meterr_gateway;
grant update (retired_at) on organisation_keys to meterr_gateway;
grant select on provider_secrets to meterr_dashboard, meterr_gateway;
grant select on provider_secret_versions to meterr_gateway;
