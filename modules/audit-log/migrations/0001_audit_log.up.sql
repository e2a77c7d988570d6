-- The audit log: numbered without gaps for each organisation, each entry chained to the one before by SHA-256.
-- Reversed by 0001_audit_log.down.sql, which leaves nothing. Runs in any host's schema, as the role that shall own it;
-- in Meterr's, its roles are granted what they need.
--
-- Entries are appended by append_audit_entry alone, in the transaction of the effect they record. No role is granted
-- insert, update, delete or truncate, and a trigger refuses the last three even to the owner. Whoever gets past the
-- trigger (a superuser) breaks the chain, or rewrites it and no longer meets the heads signed outside PostgreSQL.

-- The closed list of what is recorded. A host adds its own actions in a migration of its own.
create table audit_log_actions (
  action text primary key check (action ~ '^[a-z][a-z_]*\.[a-z][a-z_]*$' and char_length(action) <= 64)
);
insert into audit_log_actions (action) values
  ('setup.completed'), ('organisation.renamed'),
  ('member.invited'), ('member.invitation_revoked'), ('member.joined'), ('member.role_changed'), ('member.removed'),
  ('api_token.minted'), ('api_token.revoked'),
  ('provider_secret.sealed'), ('provider_secret.rotated'), ('provider_secret.revoked'),
  ('virtual_key.minted'), ('virtual_key.limit_changed'), ('virtual_key.revoked'), ('virtual_key.suspended'),
  ('budget.changed'), ('model_price.set');

create table audit_log_entries (
  org_id uuid not null,
  -- 1, 2, 3, … for each organisation.
  seq bigint not null check (seq > 0),
  id uuid not null,
  at timestamptz not null,
  actor_kind text not null check (char_length(actor_kind) between 1 and 32),
  actor_id text not null check (char_length(actor_id) between 1 and 200),
  actor_label text not null check (char_length(actor_label) <= 320),
  action text not null references audit_log_actions,
  subject_type text not null check (char_length(subject_type) between 1 and 64),
  subject_id text not null check (char_length(subject_id) between 1 and 300),
  details jsonb not null check (jsonb_typeof(details) = 'object' and octet_length(details::text) <= 8192),
  request_id text not null check (char_length(request_id) between 1 and 128),
  address text not null check (char_length(address) <= 128),
  -- The hash of the entry before; 32 zero bytes for the first.
  prev_hash bytea not null check (octet_length(prev_hash) = 32),
  hash bytea not null check (octet_length(hash) = 32),
  primary key (org_id, seq),
  unique (org_id, id)
);
create index audit_log_entries_action on audit_log_entries (org_id, action, seq);
create index audit_log_entries_actor on audit_log_entries (org_id, actor_id, seq);
create index audit_log_entries_subject on audit_log_entries (org_id, subject_type, subject_id, seq);

alter table audit_log_entries enable row level security;
alter table audit_log_entries force row level security;
create policy tenant on audit_log_entries
  using (org_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));

create function audit_log_is_append_only() returns trigger
language plpgsql as $$
begin
  raise exception 'the audit log is append-only' using errcode = 'insufficient_privilege';
end $$;
create trigger append_only before update or delete or truncate on audit_log_entries
  for each statement execute function audit_log_is_append_only();
create trigger append_only before update or delete or truncate on audit_log_actions
  for each statement execute function audit_log_is_append_only();

-- A value behind its length in octets (4 bytes, big-endian), so that no two lists of values have the same encoding.
create function audit_log_field(p_value text) returns bytea
language sql immutable strict as $$
  select int4send(octet_length(convert_to(p_value, 'UTF8'))) || convert_to(p_value, 'UTF8')
$$;

-- SHA-256 over the encoding's name, every column in order, each as text behind its length, then the hash before.
-- The time is whole microseconds since 1970 UTC; details are PostgreSQL's own text of the jsonb value.
create function audit_log_hash(e audit_log_entries) returns bytea
language sql stable as $$
  select sha256(
    audit_log_field('meterr.audit-log.v1') || audit_log_field(e.org_id::text) || audit_log_field(e.seq::text)
    || audit_log_field(e.id::text) || audit_log_field((extract(epoch from e.at) * 1000000)::bigint::text)
    || audit_log_field(e.actor_kind) || audit_log_field(e.actor_id) || audit_log_field(e.actor_label)
    || audit_log_field(e.action) || audit_log_field(e.subject_type) || audit_log_field(e.subject_id)
    || audit_log_field(e.details::text) || audit_log_field(e.request_id) || audit_log_field(e.address)
    || e.prev_hash)
$$;

-- Appends to the log of the tenant whose transaction this is, and to no other's. Appends of one organisation wait for
-- each other until the transaction ends: call it last. Two transactions can neither leave a gap nor fork the chain.
create function append_audit_entry(
  p_org uuid, p_actor_kind text, p_actor_id text, p_actor_label text, p_action text, p_subject_type text,
  p_subject_id text, p_details jsonb, p_request_id text, p_address text
) returns bigint
language plpgsql security definer as $$
declare
  e audit_log_entries;
begin
  if p_org is null or p_org is distinct from nullif(current_setting('app.tenant_id', true), '')::uuid then
    raise exception 'the audit log of another tenant' using errcode = 'insufficient_privilege';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('audit_log ' || p_org::text, 0));
  select l.seq, l.hash into e.seq, e.prev_hash from audit_log_entries l where l.org_id = p_org order by l.seq desc limit 1;
  e.org_id := p_org;
  e.seq := coalesce(e.seq, 0) + 1;
  e.prev_hash := coalesce(e.prev_hash, decode(repeat('00', 32), 'hex'));
  e.id := gen_random_uuid();
  e.at := clock_timestamp();
  e.actor_kind := p_actor_kind;
  e.actor_id := p_actor_id;
  e.actor_label := p_actor_label;
  e.action := p_action;
  e.subject_type := p_subject_type;
  e.subject_id := p_subject_id;
  e.details := coalesce(p_details, '{}'::jsonb);
  e.request_id := p_request_id;
  e.address := p_address;
  e.hash := audit_log_hash(e);
  insert into audit_log_entries select e.*;
  return e.seq;
end $$;

-- For whoever signs heads: the end of one organisation's log. No row when there is no entry.
create function audit_log_head(p_org uuid) returns table (seq bigint, hash bytea)
language plpgsql stable security definer as $$
begin
  perform set_config('app.tenant_id', p_org::text, true);
  return query select l.seq, l.hash from audit_log_entries l where l.org_id = p_org order by l.seq desc limit 1;
end $$;

-- For whoever signs heads: the entries after a number, at most a thousand, to check that a new head extends the last.
create function audit_log_since(p_org uuid, p_seq bigint, p_limit integer)
returns table (
  seq bigint, id uuid, at_micros bigint, actor_kind text, actor_id text, actor_label text, action text,
  subject_type text, subject_id text, details text, request_id text, address text, prev_hash bytea, hash bytea
)
language plpgsql stable security definer as $$
begin
  perform set_config('app.tenant_id', p_org::text, true);
  return query
    select l.seq, l.id, (extract(epoch from l.at) * 1000000)::bigint, l.actor_kind, l.actor_id, l.actor_label, l.action,
      l.subject_type, l.subject_id, l.details::text, l.request_id, l.address, l.prev_hash, l.hash
    from audit_log_entries l where l.org_id = p_org and l.seq > p_seq order by l.seq limit least(p_limit, 1000);
end $$;

-- For whoever signs heads: how far each organisation's log goes. One index probe for each organisation.
create function audit_log_heads() returns table (org_id uuid, seq bigint)
language sql stable security definer as $$
  with recursive organisation (id) as (
    (select l.org_id from audit_log_entries l order by l.org_id limit 1)
    union all
    select (select l.org_id from audit_log_entries l where l.org_id > o.id order by l.org_id limit 1)
    from organisation o where o.id is not null
  )
  select o.id, (select l.seq from audit_log_entries l where l.org_id = o.id order by l.seq desc limit 1)
  from organisation o where o.id is not null
$$;

revoke all on function audit_log_is_append_only(), audit_log_field(text), audit_log_hash(audit_log_entries),
  append_audit_entry(uuid, text, text, text, text, text, text, jsonb, text, text), audit_log_head(uuid),
  audit_log_since(uuid, bigint, integer), audit_log_heads() from public;

do $$
declare
  -- In Meterr's own schema the migrations run as meterr_owner; elsewhere its roles are strangers, even where they exist.
  v_meterr boolean := current_user = 'meterr_owner';
  f text;
begin
  -- The functions find their tables in the schema they were made in, whatever the caller's path.
  foreach f in array array[
    'audit_log_is_append_only()', 'audit_log_field(text)', 'audit_log_hash(audit_log_entries)',
    'append_audit_entry(uuid, text, text, text, text, text, text, jsonb, text, text)', 'audit_log_head(uuid)',
    'audit_log_since(uuid, bigint, integer)', 'audit_log_heads()'
  ] loop
    execute format('alter function %s set search_path = %I, pg_temp', f, current_schema());
  end loop;
  -- A member who sees only their own rows sees no audit log. The owner's functions are nobody's view.
  execute format(
    'create policy subject on audit_log_entries as restrictive using '
    '((select current_setting(''app.visibility'', true)) = ''tenant'' or current_user in (%L, ''meterr_lookup''))',
    current_user);
  if not v_meterr then
    -- The host's owner answers audit_log_heads itself. Whom else to grant what is the host's to say.
    execute format('create policy lookup on audit_log_entries for select to %I using (true)', current_user);
    return;
  end if;
  create policy lookup on audit_log_entries for select to meterr_lookup using (true);
  -- Across organisations, only how far each log goes.
  grant select (org_id, seq) on audit_log_entries to meterr_lookup;
  grant select on audit_log_entries to meterr_dashboard;
  grant execute on function append_audit_entry(uuid, text, text, text, text, text, text, jsonb, text, text)
    to meterr_dashboard, meterr_worker;
  grant execute on function audit_log_head(uuid), audit_log_since(uuid, bigint, integer), audit_log_heads() to meterr_gateway;
  grant create on schema meterr to meterr_lookup;
  alter function audit_log_heads() owner to meterr_lookup;
  revoke create on schema meterr from meterr_lookup;
end $$;
