drop function if exists ledger_admit_together(uuid, uuid, jsonb);
