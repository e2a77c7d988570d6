drop function if exists ledger_expire(uuid, uuid), ledger_settle(uuid, jsonb),
  ledger_admit(uuid, uuid, uuid, uuid, uuid, text, text, text, boolean, boolean, text, text, numeric, numeric, bigint, boolean),
  gateways_to_recover(uuid, interval), open_admissions(uuid, interval), gateway_lock(uuid), start_gateway(uuid, text), ensure_event_partitions(timestamptz);
drop table if exists refusals, usage_hourly, events, admissions, gateways;
