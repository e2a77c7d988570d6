-- Usage that applications report themselves, and the refusals the gateway notes: both by function only.
-- Reported usage is source 'reported' and never moves a budget.
-- Reversed by 0005_reported_usage.down.sql.

-- Each element: id (uuid, made by the caller and unique), occurred_at, provider, endpoint, model, virtual_key_id or
-- null, member_id, request_id, simulated, status, stream, duration_ms, the buckets, extra_units, price_version,
-- cost_nanousd. The organisation and what may be written are the transaction's own tenant, visibility and subject,
-- by the same policies as everything else. Result per id: written, already, or virtual_key_unknown.
-- Times further back than 35 days or more than five minutes ahead are refused (22007), as are negative amounts (23514).
create function record_reported_usage(p_events jsonb)
returns table (id uuid, result text)
language plpgsql security definer set search_path = meterr, pg_temp as $$
declare
  v_org uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
  v_month timestamptz; v_written uuid[]; v_asked uuid[]; v_known uuid[];
begin
  if v_org is null then raise exception 'no tenant is set' using errcode = '42501'; end if;
  if exists (select from jsonb_to_recordset(p_events) as r (occurred_at timestamptz)
      where r.occurred_at is null or r.occurred_at < now() - interval '35 days' or r.occurred_at > now() + interval '5 minutes') then
    raise exception 'usage may be reported for the last 35 days' using errcode = '22007';
  end if;
  for v_month in select distinct date_trunc('month', r.occurred_at, 'UTC')
    from jsonb_to_recordset(p_events) as r (occurred_at timestamptz) order by 1
  loop
    if to_regclass('meterr.events_' || to_char(v_month at time zone 'UTC', 'YYYY_MM')) is null then
      perform ensure_event_partitions(v_month);
    end if;
  end loop;

  v_asked := array(select distinct (e ->> 'id')::uuid from jsonb_array_elements(p_events) e);
  -- One report of an id at a time, so that a second one finds what the first one wrote.
  perform pg_advisory_xact_lock(hashtextextended('meterr.reported.' || i::text, 0)) from (select unnest(v_asked) as i order by 1) x;
  v_known := array(select e.id from events e where e.org_id = v_org and e.id = any(v_asked));

  with asked as (
    select distinct on (r.id) r.* from jsonb_to_recordset(p_events) as r (
      id uuid, occurred_at timestamptz, provider text, endpoint text, model text, virtual_key_id uuid, member_id uuid,
      request_id text, simulated boolean, status integer, stream boolean, duration_ms integer, input bigint,
      cache_read bigint, cache_write_5m bigint, cache_write_1h bigint, output bigint, reasoning bigint, audio_in bigint,
      audio_out bigint, image_in bigint, extra_units jsonb, price_version text, cost_nanousd bigint)
    where not (r.id = any(v_known))
      and (r.virtual_key_id is null or exists (select from virtual_keys k where k.org_id = v_org and k.id = r.virtual_key_id))
    order by r.id
  ), call as (
    select a.id, a.occurred_at, a.provider, a.endpoint, a.model, a.virtual_key_id, a.member_id, a.request_id,
      coalesce(a.simulated, false) as simulated, a.status, coalesce(a.stream, false) as stream, a.duration_ms,
      coalesce(a.input, 0) as input, coalesce(a.cache_read, 0) as cache_read,
      coalesce(a.cache_write_5m, 0) as cache_write_5m, coalesce(a.cache_write_1h, 0) as cache_write_1h,
      coalesce(a.output, 0) as output, coalesce(a.reasoning, 0) as reasoning, coalesce(a.audio_in, 0) as audio_in,
      coalesce(a.audio_out, 0) as audio_out, coalesce(a.image_in, 0) as image_in,
      coalesce(a.extra_units, '{}') as extra_units, a.price_version, a.cost_nanousd
    from asked a
  ), written as (
    insert into events (org_id, id, occurred_at, source, usage_source, outcome, simulated, provider, endpoint,
      model_requested, model_served, virtual_key_id, member_id, request_id, status, stream, duration_ms, input,
      cache_read, cache_write_5m, cache_write_1h, output, reasoning, audio_in, audio_out, image_in, extra_units,
      price_version, cost_nanousd)
    select v_org, c.id, c.occurred_at, 'reported', 'provider', 'settled', c.simulated, c.provider, c.endpoint,
      c.model, c.model, c.virtual_key_id, c.member_id, c.request_id, c.status, c.stream, c.duration_ms, c.input,
      c.cache_read, c.cache_write_5m, c.cache_write_1h, c.output, c.reasoning, c.audio_in, c.audio_out, c.image_in,
      c.extra_units, c.price_version, c.cost_nanousd
    from call c
  ), rolled_up as (
    insert into usage_hourly as h (org_id, hour, simulated, source, provider, model, member_id, virtual_key_id,
      requests, failed, input_tokens, cached_tokens, output_tokens, cost_nanousd)
    select v_org, date_trunc('hour', c.occurred_at, 'UTC'), c.simulated, 'reported', c.provider, c.model,
      coalesce(c.member_id, '00000000-0000-0000-0000-000000000000'),
      coalesce(c.virtual_key_id, '00000000-0000-0000-0000-000000000000'), count(*),
      count(*) filter (where c.status not between 200 and 299),
      sum(c.input + c.audio_in + c.image_in + c.cache_write_5m + c.cache_write_1h), sum(c.cache_read),
      sum(c.output + c.reasoning + c.audio_out), sum(c.cost_nanousd)
    from call c group by 2, 3, 5, 6, 7, 8 order by 2, 3, 5, 6, 7, 8
    on conflict on constraint usage_hourly_pkey do update set requests = h.requests + excluded.requests,
      failed = h.failed + excluded.failed, input_tokens = h.input_tokens + excluded.input_tokens,
      cached_tokens = h.cached_tokens + excluded.cached_tokens,
      output_tokens = h.output_tokens + excluded.output_tokens, cost_nanousd = h.cost_nanousd + excluded.cost_nanousd
  )
  select array_agg(c.id) into v_written from call c;

  return query select i, case when i = any(v_written) then 'written' when i = any(v_known) then 'already'
    else 'virtual_key_unknown' end from unnest(v_asked) as i;
end $$;

-- Refusals of one organisation. Each element: id, occurred_at, virtual_key_id, member_id, simulated, provider,
-- endpoint, model, code, status, request_id. Repeating one changes nothing. Returns how many were new.
create function ledger_note_refusals(p_org uuid, p_refusals jsonb) returns integer
language plpgsql security definer set search_path = meterr, pg_temp as $$
declare v_count integer;
begin
  perform set_config('app.tenant_id', p_org::text, true), set_config('app.visibility', 'tenant', true);
  insert into refusals (org_id, id, occurred_at, virtual_key_id, member_id, simulated, provider, endpoint, model, code,
    status, request_id)
  select p_org, r.id, r.occurred_at, r.virtual_key_id, r.member_id, r.simulated, r.provider, r.endpoint, r.model,
    r.code, r.status, r.request_id
  from jsonb_to_recordset(p_refusals) as r (id uuid, occurred_at timestamptz, virtual_key_id uuid, member_id uuid,
    simulated boolean, provider text, endpoint text, model text, code text, status integer, request_id text)
  order by r.id
  on conflict on constraint refusals_pkey do nothing;
  get diagnostics v_count = row_count;
  return v_count;
end $$;

revoke select, insert on refusals from meterr_gateway;
grant execute on function record_reported_usage(jsonb) to meterr_dashboard;
grant execute on function ledger_note_refusals(uuid, jsonb) to meterr_gateway;
