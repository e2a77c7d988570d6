-- Admissions (open calls), events (one terminal row per admitted call), hourly roll-ups, gateways.
-- Reversed by 0004_ledger.down.sql.
--
-- The life of a call:
--   ledger_admit    -> a row in admissions, reserved on every budget that binds it, committed before dispatch
--   ledger_settle   -> the row leaves admissions and its event is written:
--                      settled (the provider's charge is known), released (it never reached the provider) or
--                      expired (it cannot be known: charged at its reservation)
-- Nothing else removes an admission, so an admitted call has exactly one terminal row.

create table gateways (
  id uuid primary key,
  slot text not null check (char_length(slot) between 1 and 120),
  started_at timestamptz not null default now(),
  heartbeat_at timestamptz not null default now(),
  stopped_at timestamptz
);
create index gateways_running on gateways (slot) where stopped_at is null;

create table admissions (
  org_id uuid not null references organisations,
  id uuid not null,
  admitted_at timestamptz not null,
  gateway_id uuid not null references gateways,
  virtual_key_id uuid not null,
  member_id uuid not null,
  team_id uuid,
  provider_secret_id uuid,
  provider text not null,
  endpoint text not null,
  model text not null,
  simulated boolean not null,
  stream boolean not null,
  request_id text not null,
  price_version text,
  reserved_nanousd bigint not null check (reserved_nanousd >= 0),
  budget_ids uuid[] not null,
  primary key (org_id, id)
);
create index admissions_gateway on admissions (gateway_id);

create table events (
  org_id uuid not null,
  id uuid not null,
  occurred_at timestamptz not null,
  settled_at timestamptz not null default now(),
  source text not null check (source in ('gateway', 'reported')),
  usage_source text not null check (usage_source in ('provider', 'partial', 'estimated', 'none')),
  outcome text not null check (outcome in ('settled', 'released', 'expired')),
  simulated boolean not null,
  provider text not null,
  endpoint text not null,
  model_requested text not null,
  model_served text,
  virtual_key_id uuid,
  provider_secret_id uuid,
  member_id uuid,
  team_id uuid,
  request_id text not null,
  upstream_request_id text,
  status integer,
  stream boolean not null,
  ttfb_ms integer,
  duration_ms integer,
  input bigint not null default 0 check (input >= 0),
  cache_read bigint not null default 0 check (cache_read >= 0),
  cache_write_5m bigint not null default 0 check (cache_write_5m >= 0),
  cache_write_1h bigint not null default 0 check (cache_write_1h >= 0),
  output bigint not null default 0 check (output >= 0),
  reasoning bigint not null default 0 check (reasoning >= 0),
  audio_in bigint not null default 0 check (audio_in >= 0),
  audio_out bigint not null default 0 check (audio_out >= 0),
  image_in bigint not null default 0 check (image_in >= 0),
  extra_units jsonb not null default '{}',
  price_version text,
  cost_nanousd bigint not null check (cost_nanousd >= 0),
  raw_usage jsonb,
  primary key (org_id, id, occurred_at)
) partition by range (occurred_at);
create index events_recent on events (org_id, occurred_at desc, id desc);
create index events_virtual_key on events (org_id, virtual_key_id, occurred_at desc);

-- One row per hour and dimension; the zero uuid stands for "none" so that the key stays total.
create table usage_hourly (
  org_id uuid not null references organisations,
  hour timestamptz not null,
  simulated boolean not null,
  source text not null,
  provider text not null,
  model text not null,
  member_id uuid not null,
  virtual_key_id uuid not null,
  requests bigint not null,
  failed bigint not null,
  input_tokens bigint not null,
  cached_tokens bigint not null,
  output_tokens bigint not null,
  cost_nanousd bigint not null,
  primary key (org_id, hour, simulated, source, provider, model, member_id, virtual_key_id)
);

-- Calls the gateway turned away, for the person who wonders why. Best effort, no money hangs on it.
create table refusals (
  org_id uuid not null references organisations,
  id uuid not null,
  occurred_at timestamptz not null,
  virtual_key_id uuid not null,
  member_id uuid not null,
  simulated boolean not null,
  provider text not null,
  endpoint text not null,
  model text,
  code text not null,
  status integer not null,
  request_id text not null,
  primary key (org_id, id)
);
create index refusals_recent on refusals (org_id, occurred_at desc, id desc);
create index refusals_age on refusals (occurred_at);

alter table admissions enable row level security;
alter table admissions force row level security;
create policy tenant on admissions
  using (org_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));
alter table events enable row level security;
alter table events force row level security;
create policy tenant on events
  using (org_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));
create policy subject on events as restrictive
  using ((select current_setting('app.visibility', true)) = 'tenant'
    or member_id = (select nullif(current_setting('app.subject_id', true), '')::uuid));
alter table usage_hourly enable row level security;
alter table usage_hourly force row level security;
create policy tenant on usage_hourly
  using (org_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));
create policy subject on usage_hourly as restrictive
  using ((select current_setting('app.visibility', true)) = 'tenant'
    or member_id = (select nullif(current_setting('app.subject_id', true), '')::uuid));
alter table refusals enable row level security;
alter table refusals force row level security;
create policy tenant on refusals
  using (org_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));
create policy subject on refusals as restrictive
  using ((select current_setting('app.visibility', true)) = 'tenant'
    or member_id = (select nullif(current_setting('app.subject_id', true), '')::uuid));

create policy lookup on admissions for select to meterr_lookup using (true);
grant select (org_id, id, gateway_id, admitted_at) on admissions to meterr_lookup;
grant select on gateways to meterr_lookup;

-- Makes the partitions of the month of p_at and the two after it, under the same row-level security.
create function ensure_event_partitions(p_at timestamptz default now()) returns void
language plpgsql security definer set search_path = meterr, pg_temp as $$
declare v_from timestamptz; v_name text;
begin
  perform pg_advisory_xact_lock(hashtextextended('meterr.event_partitions', 0));
  for i in 0..2 loop
    v_from := (date_trunc('month', p_at at time zone 'UTC') + make_interval(months => i)) at time zone 'UTC';
    v_name := 'events_' || to_char(v_from at time zone 'UTC', 'YYYY_MM');
    if to_regclass('meterr.' || v_name) is null then
      execute format('create table %I partition of events for values from (%L) to (%L)', v_name, v_from,
        ((v_from at time zone 'UTC') + interval '1 month') at time zone 'UTC');
      execute format('alter table %I enable row level security', v_name);
      execute format('alter table %I force row level security', v_name);
    end if;
  end loop;
end $$;

create function start_gateway(p_id uuid, p_slot text) returns void
language plpgsql security definer set search_path = meterr, pg_temp as $$
begin
  insert into gateways (id, slot) values (p_id, p_slot);
  perform ensure_event_partitions();
end $$;

-- The number of the advisory lock a running gateway holds for as long as its connection lives.
create function gateway_lock(p_gateway uuid) returns bigint
language sql immutable set search_path = meterr, pg_temp as $$
  select hashtextextended('meterr.gateway.' || p_gateway::text, 0)
$$;

-- Gateways that cannot settle any more and left admissions behind: stopped; an earlier incarnation of the slot
-- that p_successor now holds; or silent longer than p_silence. One that did not stop in order and whose lock is held
-- lives, whatever its heartbeat says; and after a restart of this server every gateway has p_silence to be heard again.
create function gateways_to_recover(p_successor uuid, p_silence interval)
returns table (gateway_id uuid, org_id uuid)
language sql volatile security definer set search_path = meterr, pg_temp as $$
  select distinct a.gateway_id, a.org_id
  from admissions a join gateways g on g.id = a.gateway_id
  where g.id <> p_successor and (
    g.stopped_at is not null
    or ((exists (select from gateways s where s.id = p_successor and s.slot = g.slot and s.started_at > g.started_at)
        or (g.heartbeat_at < clock_timestamp() - p_silence
          and pg_postmaster_start_time() < clock_timestamp() - p_silence))
      and not exists (select from pg_locks l
        where l.locktype = 'advisory' and l.objsubid = 1 and l.granted
          and l.database = (select d.oid from pg_database d where d.datname = current_database())
          and (l.classid::bigint << 32) | l.objid::bigint = gateway_lock(g.id))))
$$;

-- What a gateway left open, for it to compare with what it knows: an admission whose answer never reached it
-- was never dispatched. Only those older than p_age, so that one being answered right now is left alone.
create function open_admissions(p_gateway uuid, p_age interval)
returns table (org_id uuid, id uuid)
language sql volatile security definer set search_path = meterr, pg_temp as $$
  select a.org_id, a.id from admissions a
  where a.gateway_id = p_gateway and a.admitted_at < clock_timestamp() - p_age
$$;

-- Admission. The cost of the bounded input (nano-dollars times 10^6) and the price of output (nano-dollars per
-- million tokens) come unrounded, so that the only rounding is one ceiling. With p_lowerable the output is cut to
-- what fits; else the call fits whole or not. A call that no budget binds is reserved likewise: it is what such a
-- call is charged when its end cannot be known.
-- Verdicts: ok key_revoked key_expired key_suspended secret_revoked budget_exceeded.
create function ledger_admit(
  p_org uuid, p_id uuid, p_gateway uuid, p_virtual_key uuid, p_provider_secret uuid, p_provider text, p_endpoint text,
  p_model text, p_simulated boolean, p_stream boolean, p_request_id text, p_price_version text,
  p_input_micro numeric, p_output_price numeric, p_output_tokens bigint, p_lowerable boolean
) returns table (verdict text, output_tokens bigint, reserved_nanousd bigint, admitted_at timestamptz)
language plpgsql security definer set search_path = meterr, pg_temp as $$
declare
  k record; v_ids uuid[]; v_room numeric; v_output bigint := p_output_tokens; v_need numeric; v_now timestamptz; v_refused text;
begin
  if not (p_input_micro >= 0 and p_output_price >= 0 and p_output_tokens >= 0) then
    raise exception 'an admission needs bounds that are not negative' using errcode = '22023';
  end if;
  perform set_config('app.tenant_id', p_org::text, true), set_config('app.visibility', 'tenant', true);

  -- Locked in the order of their ids, here and in ledger_settle, so that no two transactions wait for each other.
  select array_agg(b.id), min(b.limit_nanousd::numeric - b.spent_nanousd - b.reserved_nanousd) into v_ids, v_room
  from (select c.* from budgets c join virtual_keys v on v.org_id = c.org_id and v.id = p_virtual_key
    where c.org_id = p_org and (
      (c.scope = 'virtual_key' and c.scope_id = p_virtual_key)
      or (v.mode = 'live' and ((c.scope = 'member' and c.scope_id = v.member_id)
        or (c.scope = 'organisation' and c.scope_id = p_org))))
    order by c.id for update of c) b;

  -- Looked at only now: whatever was revoked while this waited for its turn is seen.
  v_now := clock_timestamp();
  select v.member_id, v.revoked_at, v.expires_at, v.suspended_at, m.removed_at into k
  from virtual_keys v join members m on m.org_id = v.org_id and m.id = v.member_id
  where v.org_id = p_org and v.id = p_virtual_key;
  v_refused := case
    when not found or k.revoked_at is not null or k.removed_at is not null then 'key_revoked'
    when k.expires_at <= v_now then 'key_expired'
    when k.suspended_at is not null then 'key_suspended'
    when p_provider_secret is not null and not exists (select from provider_secrets s
      where s.org_id = p_org and s.id = p_provider_secret and s.revoked_at is null) then 'secret_revoked'
  end;

  v_need := ceil((p_input_micro + v_output * p_output_price) / 1000000);
  if v_refused is null and v_ids is not null and v_need > v_room then
    if p_lowerable and p_output_price > 0 then
      v_output := least(v_output, greatest(0, floor((v_room * 1000000 - p_input_micro) / p_output_price)));
      v_need := ceil((p_input_micro + v_output * p_output_price) / 1000000);
    end if;
    if v_need > v_room or v_output < 1 then v_refused := 'budget_exceeded'; end if;
  end if;
  if v_refused is not null then
    return query select v_refused, 0::bigint, 0::bigint, v_now;
    return;
  end if;

  insert into admissions (org_id, id, admitted_at, gateway_id, virtual_key_id, member_id, provider_secret_id, provider,
    endpoint, model, simulated, stream, request_id, price_version, reserved_nanousd, budget_ids)
  values (p_org, p_id, v_now, p_gateway, p_virtual_key, k.member_id, p_provider_secret, p_provider,
    p_endpoint, p_model, p_simulated, p_stream, p_request_id, p_price_version, v_need, coalesce(v_ids, '{}'));
  if v_ids is not null then
    update budgets b set reserved_nanousd = b.reserved_nanousd + v_need where b.org_id = p_org and b.id = any(v_ids);
  end if;
  return query select 'ok', v_output, v_need::bigint, v_now;
end $$;

-- Settlement of calls of one organisation, all or none. Each element: id, outcome, usage_source, model_served,
-- upstream_request_id, status, ttfb_ms, duration_ms, the buckets, extra_units, price_version, cost_nanousd, raw_usage.
-- cost_nanousd null means "at the reservation"; what was released costs nothing. Result per id: written, already
-- (it has its terminal row) or unknown (it was never admitted).
--
-- Everything is locked in one order: admissions by id, budgets by id, roll-up rows by their primary key, virtual keys
-- by id, the revocation epoch. So batches may overlap and run beside admissions and revocations.
create function ledger_settle(p_org uuid, p_settlements jsonb)
returns table (id uuid, result text)
language plpgsql security definer set search_path = meterr, pg_temp as $$
declare v_asked uuid[]; v_written uuid[]; v_overrun uuid[]; v_key uuid;
begin
  perform set_config('app.tenant_id', p_org::text, true), set_config('app.visibility', 'tenant', true);
  v_asked := array(select distinct (e ->> 'id')::uuid from jsonb_array_elements(p_settlements) e);
  perform from admissions x where x.org_id = p_org and x.id = any(v_asked) order by x.id for update;
  perform from budgets b where b.org_id = p_org and b.id in (
    select unnest(x.budget_ids) from admissions x where x.org_id = p_org and x.id = any(v_asked))
  order by b.id for update;

  with asked as (
    select distinct on (r.id) r.* from jsonb_to_recordset(p_settlements) as r (
      id uuid, outcome text, usage_source text, model_served text, upstream_request_id text, status integer,
      ttfb_ms integer, duration_ms integer, input bigint, cache_read bigint, cache_write_5m bigint,
      cache_write_1h bigint, output bigint, reasoning bigint, audio_in bigint, audio_out bigint, image_in bigint,
      extra_units jsonb, price_version text, cost_nanousd bigint, raw_usage jsonb)
    order by r.id
  ), closed as (
    delete from admissions x where x.org_id = p_org and x.id = any(v_asked) returning x.*
  ), call as (
    select a.id, a.admitted_at, a.virtual_key_id, a.member_id, a.team_id, a.provider_secret_id, a.provider, a.endpoint,
      a.model, a.simulated, a.stream, a.request_id, a.reserved_nanousd, a.budget_ids,
      s.outcome, s.usage_source, s.model_served, s.upstream_request_id, s.status, s.ttfb_ms, s.duration_ms,
      coalesce(s.input, 0) as input, coalesce(s.cache_read, 0) as cache_read,
      coalesce(s.cache_write_5m, 0) as cache_write_5m, coalesce(s.cache_write_1h, 0) as cache_write_1h,
      coalesce(s.output, 0) as output, coalesce(s.reasoning, 0) as reasoning, coalesce(s.audio_in, 0) as audio_in,
      coalesce(s.audio_out, 0) as audio_out, coalesce(s.image_in, 0) as image_in,
      coalesce(s.extra_units, '{}') as extra_units, coalesce(s.price_version, a.price_version) as price_version,
      case when s.outcome = 'released' then 0 else coalesce(s.cost_nanousd, a.reserved_nanousd) end as cost, s.raw_usage
    from closed a join asked s on s.id = a.id
  ), written as (
    insert into events (org_id, id, occurred_at, source, usage_source, outcome, simulated, provider, endpoint,
      model_requested, model_served, virtual_key_id, provider_secret_id, member_id, team_id, request_id,
      upstream_request_id, status, stream, ttfb_ms, duration_ms, input, cache_read, cache_write_5m, cache_write_1h,
      output, reasoning, audio_in, audio_out, image_in, extra_units, price_version, cost_nanousd, raw_usage)
    select p_org, c.id, c.admitted_at, 'gateway', c.usage_source, c.outcome, c.simulated, c.provider, c.endpoint,
      c.model, c.model_served, c.virtual_key_id, c.provider_secret_id, c.member_id, c.team_id, c.request_id,
      c.upstream_request_id, c.status, c.stream, c.ttfb_ms, c.duration_ms, c.input, c.cache_read, c.cache_write_5m,
      c.cache_write_1h, c.output, c.reasoning, c.audio_in, c.audio_out, c.image_in, c.extra_units, c.price_version,
      c.cost, c.raw_usage
    from call c
  ), moved as (
    update budgets b set reserved_nanousd = b.reserved_nanousd - t.reserved, spent_nanousd = b.spent_nanousd + t.cost
    from (select u.budget_id, sum(c.reserved_nanousd) as reserved, sum(c.cost) as cost
      from call c cross join unnest(c.budget_ids) as u (budget_id) group by u.budget_id) t
    where b.org_id = p_org and b.id = t.budget_id
  ), rolled_up as (
    insert into usage_hourly as h (org_id, hour, simulated, source, provider, model, member_id, virtual_key_id,
      requests, failed, input_tokens, cached_tokens, output_tokens, cost_nanousd)
    select p_org, date_trunc('hour', c.admitted_at, 'UTC'), c.simulated, 'gateway', c.provider,
      coalesce(c.model_served, c.model), c.member_id, c.virtual_key_id, count(*),
      count(*) filter (where c.status is null or c.status not between 200 and 299),
      sum(c.input + c.audio_in + c.image_in + c.cache_write_5m + c.cache_write_1h), sum(c.cache_read),
      sum(c.output + c.reasoning + c.audio_out), sum(c.cost)
    from call c where c.outcome <> 'released'
    group by 2, 3, 5, 6, 7, 8 order by 2, 3, 5, 6, 7, 8
    on conflict on constraint usage_hourly_pkey do update set requests = h.requests + excluded.requests,
      failed = h.failed + excluded.failed, input_tokens = h.input_tokens + excluded.input_tokens,
      cached_tokens = h.cached_tokens + excluded.cached_tokens,
      output_tokens = h.output_tokens + excluded.output_tokens, cost_nanousd = h.cost_nanousd + excluded.cost_nanousd
  )
  select array_agg(c.id), array_agg(distinct c.virtual_key_id)
    filter (where c.cost > c.reserved_nanousd and cardinality(c.budget_ids) > 0)
  into v_written, v_overrun from call c;

  -- A provider that charged beyond the bound is recorded in full, and the virtual key stops.
  if v_overrun is not null then
    perform from virtual_keys k where k.org_id = p_org and k.id = any(v_overrun) order by k.id for update;
    for v_key in
      update virtual_keys k set suspended_at = now(), suspended_reason = 'overrun'
      where k.org_id = p_org and k.id = any(v_overrun) and k.suspended_at is null returning k.id
    loop
      perform note_revocation(p_org, 'virtual_key', v_key);
    end loop;
  end if;

  return query select i, case when i = any(v_written) then 'written'
      when exists (select from events e where e.org_id = p_org and e.id = i) then 'already' else 'unknown' end
    from unnest(v_asked) as i;
end $$;

-- Closes what a dead gateway left open in one organisation, at its reservation. Returns how many.
create function ledger_expire(p_org uuid, p_gateway uuid) returns integer
language plpgsql security definer set search_path = meterr, pg_temp as $$
declare v_settlements jsonb;
begin
  perform set_config('app.tenant_id', p_org::text, true), set_config('app.visibility', 'tenant', true);
  select jsonb_agg(jsonb_build_object('id', a.id, 'outcome', 'expired', 'usage_source', 'estimated')) into v_settlements
  from admissions a where a.org_id = p_org and a.gateway_id = p_gateway;
  if v_settlements is null then return 0; end if;
  return (select count(*)::integer from ledger_settle(p_org, v_settlements) r where r.result = 'written');
end $$;

grant execute on function start_gateway(uuid, text), gateway_lock(uuid), gateways_to_recover(uuid, interval),
  open_admissions(uuid, interval), ensure_event_partitions(timestamptz),
  ledger_admit(uuid, uuid, uuid, uuid, uuid, text, text, text, boolean, boolean, text, text, numeric, numeric, bigint, boolean),
  ledger_settle(uuid, jsonb), ledger_expire(uuid, uuid) to meterr_gateway;
grant execute on function gateway_lock(uuid) to meterr_lookup;
grant create on schema meterr to meterr_lookup;
alter function gateways_to_recover(uuid, interval) owner to meterr_lookup;
alter function open_admissions(uuid, interval) owner to meterr_lookup;
revoke create on schema meterr from meterr_lookup;

grant select on gateways to meterr_gateway;
grant update (heartbeat_at, stopped_at) on gateways to meterr_gateway;
grant select, insert on refusals to meterr_gateway;
grant select on events, usage_hourly, refusals to meterr_dashboard;

select ensure_event_partitions();
