drop function if exists ledger_note_refusals(uuid, jsonb), record_reported_usage(jsonb);
grant select, insert on refusals to meterr_gateway;
