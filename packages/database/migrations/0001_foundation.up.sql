-- Organisations, members, the instance record, API tokens, idempotency, revocation epochs.
-- Reversed by 0001_foundation.down.sql. Run as meterr_owner in schema meterr, roles made beforehand.
--
-- Every tenant table: org_id first in the primary key, row-level security enabled and forced,
-- one policy on app.tenant_id. Tables that hold rows of single members add a restrictive policy:
-- with app.visibility = 'tenant' all rows of the tenant, with 'subject' only those of app.subject_id,
-- with neither set nothing. The narrow functions of meterr_lookup are not a member's view, hence its name there.

-- What meterr_owner makes from now on, nobody may execute unless it is granted.
alter default privileges revoke execute on functions from public;

create table instance (
  singleton boolean primary key default true check (singleton),
  id uuid not null,
  created_at timestamptz not null default now(),
  -- SHA-256 of the one-time token that lets the first owner in; null once used.
  setup_token_hash bytea,
  -- JWE that only this instance's KEK opens: no process boots with another.
  kek_canary text,
  setup_completed_at timestamptz
);

create table organisations (
  org_id uuid primary key,
  name text not null check (char_length(name) between 1 and 120),
  created_at timestamptz not null default now()
);

create table members (
  org_id uuid not null references organisations,
  id uuid not null,
  user_id uuid not null,
  email text not null check (char_length(email) between 3 and 320),
  name text not null check (char_length(name) between 1 and 120),
  role text not null check (role in ('owner', 'admin', 'developer', 'viewer')),
  created_at timestamptz not null default now(),
  removed_at timestamptz,
  primary key (org_id, id)
);
create unique index members_active_user on members (org_id, user_id) where removed_at is null;
create index members_user on members (user_id) where removed_at is null;

create table api_tokens (
  org_id uuid not null,
  id uuid not null,
  member_id uuid not null,
  name text not null check (char_length(name) between 1 and 120),
  hash bytea not null unique check (octet_length(hash) = 32),
  display text not null check (char_length(display) = 12),
  created_at timestamptz not null default now(),
  -- The API token that minted this one, which ends with it; null: a person did.
  minted_by uuid,
  expires_at timestamptz,
  revoked_at timestamptz,
  primary key (org_id, id),
  foreign key (org_id, member_id) references members,
  foreign key (org_id, minted_by) references api_tokens
);
create index api_tokens_minted_by on api_tokens (org_id, minted_by) where minted_by is not null;

create table idempotency_keys (
  org_id uuid not null references organisations,
  principal_id text not null,
  route text not null,
  key text not null check (char_length(key) between 1 and 255),
  request_hash bytea not null check (octet_length(request_hash) = 32),
  -- The answer to repeat, without anything that is shown only once.
  status integer not null check (status between 200 and 299),
  body jsonb,
  created_at timestamptz not null default now(),
  primary key (org_id, principal_id, route, key)
);
create index idempotency_keys_created on idempotency_keys (created_at);

-- Revocations are numbered in commit order: each takes the row lock of revocation_epoch,
-- so a reader who has seen epoch n has seen every epoch before it.
create table revocation_epoch (
  singleton boolean primary key default true check (singleton),
  epoch bigint not null default 0
);
insert into revocation_epoch default values;

create table revocations (
  org_id uuid not null,
  epoch bigint not null unique,
  kind text not null check (kind in ('virtual_key', 'provider_secret', 'member', 'api_token', 'policy')),
  subject_id uuid not null,
  at timestamptz not null default now(),
  primary key (org_id, epoch)
);

alter table organisations enable row level security;
alter table organisations force row level security;
create policy tenant on organisations
  using (org_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));

alter table members enable row level security;
alter table members force row level security;
create policy tenant on members
  using (org_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));

alter table api_tokens enable row level security;
alter table api_tokens force row level security;
create policy tenant on api_tokens
  using (org_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));
create policy subject on api_tokens as restrictive
  using ((select current_setting('app.visibility', true)) = 'tenant' or current_user = 'meterr_lookup'
    or member_id = (select nullif(current_setting('app.subject_id', true), '')::uuid));

alter table idempotency_keys enable row level security;
alter table idempotency_keys force row level security;
create policy tenant on idempotency_keys
  using (org_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));

alter table revocations enable row level security;
alter table revocations force row level security;
create policy tenant on revocations
  using (org_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));

-- Before a tenant is known, only functions of meterr_lookup read across organisations, and each
-- answers one narrow question. The role cannot log in; these policies are what it may see.
create policy lookup on organisations for select to meterr_lookup using (true);
create policy lookup on members for select to meterr_lookup using (true);
create policy lookup on api_tokens for select to meterr_lookup using (true);
create policy lookup on revocations for select to meterr_lookup using (true);
grant select on organisations, members, revocations, revocation_epoch to meterr_lookup;
grant select (org_id, id, member_id, hash, minted_by, expires_at, revoked_at) on api_tokens to meterr_lookup;

-- Answers kept for repeated requests serve nobody after a day. To forget them is all that is done across
-- organisations here, and no younger one can be reached, whoever calls.
create policy forget on idempotency_keys for select to meterr_lookup using (created_at < now() - interval '25 hours');
create policy forget_delete on idempotency_keys for delete to meterr_lookup using (created_at < now() - interval '25 hours');
grant select, delete on idempotency_keys to meterr_lookup;

-- At most ten thousand at once; returns how many.
create function forget_idempotency_keys() returns integer
language sql volatile security definer set search_path = meterr, pg_temp as $$
  with old as (
    select i.org_id, i.principal_id, i.route, i.key from idempotency_keys i
    where i.created_at < now() - interval '25 hours' order by i.created_at limit 10000
  ), gone as (
    delete from idempotency_keys i using old
    where i.org_id = old.org_id and i.principal_id = old.principal_id and i.route = old.route and i.key = old.key
    returning i.key
  )
  select count(*)::integer from gone
$$;

create function memberships_of(p_user uuid)
returns table (org_id uuid, org_name text, member_id uuid, email text, name text, role text)
language sql stable security definer set search_path = meterr, pg_temp as $$
  select m.org_id, o.name, m.id, m.email, m.name, m.role
  from members m join organisations o on o.org_id = m.org_id
  where m.user_id = p_user and m.removed_at is null
  order by o.created_at, m.org_id
$$;

create function find_api_token(p_hash bytea)
returns table (org_id uuid, token_id uuid, member_id uuid, user_id uuid, role text, expires_at timestamptz)
language sql stable security definer set search_path = meterr, pg_temp as $$
  select t.org_id, t.id, m.id, m.user_id, m.role, t.expires_at
  from api_tokens t join members m on m.org_id = t.org_id and m.id = t.member_id
  where t.hash = p_hash and t.revoked_at is null and m.removed_at is null
    and (t.expires_at is null or t.expires_at > now())
    -- Looked at here as well: who was minting while the revocation ran gets nothing by it.
    and not exists (select from api_tokens p where p.org_id = t.org_id and p.id = t.minted_by
      and (p.revoked_at is not null or p.expires_at <= now()))
$$;

create function revocations_since(p_epoch bigint)
returns table (epoch bigint, org_id uuid, kind text, subject_id uuid)
language sql stable security definer set search_path = meterr, pg_temp as $$
  select r.epoch, r.org_id, r.kind, r.subject_id from revocations r where r.epoch > p_epoch order by r.epoch
$$;

create function current_revocation_epoch() returns bigint
language sql stable security definer set search_path = meterr, pg_temp as $$
  select epoch from revocation_epoch
$$;

-- Called by the functions that revoke, in their transaction. The notification only hastens
-- what every gateway learns from its heartbeat.
create function note_revocation(p_org uuid, p_kind text, p_subject uuid) returns bigint
language plpgsql security definer set search_path = meterr, pg_temp as $$
declare v_epoch bigint;
begin
  update revocation_epoch set epoch = epoch + 1 returning epoch into v_epoch;
  insert into revocations (org_id, epoch, kind, subject_id) values (p_org, v_epoch, p_kind, p_subject);
  perform pg_notify('meterr_revocations', v_epoch::text);
  return v_epoch;
end $$;

-- The first owner: consumes the one-time token and makes organisation and membership together.
-- Returns false, changing nothing, when the token does not match or was used.
create function complete_setup(
  p_token_hash bytea, p_org uuid, p_org_name text, p_member uuid, p_user uuid, p_email text, p_name text
) returns boolean
language plpgsql security definer set search_path = meterr, pg_temp as $$
begin
  update instance set setup_token_hash = null, setup_completed_at = now()
  where setup_token_hash = p_token_hash and setup_completed_at is null;
  if not found then return false; end if;
  perform set_config('app.tenant_id', p_org::text, true);
  insert into organisations (org_id, name) values (p_org, p_org_name);
  insert into members (org_id, id, user_id, email, name, role)
  values (p_org, p_member, p_user, p_email, p_name, 'owner');
  return true;
end $$;

-- With a token end those it minted.
create function revoke_api_token(p_org uuid, p_id uuid) returns boolean
language plpgsql security definer set search_path = meterr, pg_temp as $$
begin
  update api_tokens set revoked_at = now() where org_id = p_org and id = p_id and revoked_at is null;
  if not found then return false; end if;
  update api_tokens set revoked_at = now() where org_id = p_org and minted_by = p_id and revoked_at is null;
  perform note_revocation(p_org, 'api_token', p_id);
  return true;
end $$;

grant execute on function memberships_of(uuid), find_api_token(bytea), complete_setup(bytea, uuid, text, uuid, uuid, text, text),
  revoke_api_token(uuid, uuid), note_revocation(uuid, text, uuid), forget_idempotency_keys() to meterr_dashboard;
grant execute on function revocations_since(bigint), current_revocation_epoch(), note_revocation(uuid, text, uuid) to meterr_gateway;

-- Ownership goes last, with the grants already made; a new owner needs CREATE at that moment and not after.
grant create on schema meterr to meterr_lookup;
alter function memberships_of(uuid) owner to meterr_lookup;
alter function find_api_token(bytea) owner to meterr_lookup;
alter function revocations_since(bigint) owner to meterr_lookup;
alter function current_revocation_epoch() owner to meterr_lookup;
alter function forget_idempotency_keys() owner to meterr_lookup;
revoke create on schema meterr from meterr_lookup;

grant select (singleton, id, setup_completed_at) on instance to meterr_dashboard, meterr_gateway;
grant select (kek_canary) on instance to meterr_gateway;
grant select on organisations, members to meterr_dashboard;
-- Members are made, changed and removed by function alone; UPDATE on the name is what SELECT … FOR UPDATE asks for.
grant update (name) on members to meterr_dashboard;
grant select (org_id, id, member_id, name, display, created_at, minted_by, expires_at, revoked_at) on api_tokens to meterr_dashboard;
grant insert (org_id, id, member_id, name, hash, display, minted_by, expires_at) on api_tokens to meterr_dashboard;
grant select, insert, delete on idempotency_keys to meterr_dashboard;
