-- Admission of several calls of one organisation in one transaction: one round trip and one commit for all of them.
-- Each is judged by ledger_admit in the order given, exactly as it would be alone.
-- Reversed by 0011_admit_together.down.sql.

create function ledger_admit_together(p_org uuid, p_gateway uuid, p_requests jsonb)
returns table (id uuid, verdict text, output_tokens bigint, reserved_nanousd bigint, admitted_at timestamptz)
language plpgsql security definer set search_path = meterr, pg_temp as $$
declare r record; v_keys uuid[];
begin
  perform set_config('app.tenant_id', p_org::text, true), set_config('app.visibility', 'tenant', true);
  v_keys := array(select distinct (e ->> 'virtual_key')::uuid from jsonb_array_elements(p_requests) e);
  -- Every budget of every call first, in the order of their ids: one by one, two batches could wait for each other.
  perform from budgets c where c.org_id = p_org and exists (
    select from virtual_keys v where v.org_id = c.org_id and v.id = any(v_keys) and (
      (c.scope = 'virtual_key' and c.scope_id = v.id)
      or (v.mode = 'live' and ((c.scope = 'member' and c.scope_id = v.member_id)
        or (c.scope = 'organisation' and c.scope_id = p_org)))))
  order by c.id for update of c;

  for r in select x.* from jsonb_to_recordset(p_requests) as x (
    id uuid, virtual_key uuid, provider_secret uuid, provider text, endpoint text, model text, simulated boolean,
    stream boolean, request_id text, price_version text, input_micro numeric, output_price numeric,
    output_tokens bigint, lowerable boolean)
  loop
    return query
      select r.id, a.verdict, a.output_tokens, a.reserved_nanousd, a.admitted_at
      from ledger_admit(p_org, r.id, p_gateway, r.virtual_key, r.provider_secret, r.provider, r.endpoint, r.model,
        r.simulated, r.stream, r.request_id, r.price_version, r.input_micro, r.output_price, r.output_tokens,
        r.lowerable) a;
  end loop;
end $$;

grant execute on function ledger_admit_together(uuid, uuid, jsonb) to meterr_gateway;
