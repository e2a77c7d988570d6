/** The statements of the hot path: named, so that each connection prepares them once. */
export const statements = {
  admit: {
    name: "ledger_admit_together",
    text: `select id, verdict, output_tokens, reserved_nanousd, admitted_at
      from ledger_admit_together($1, $2, $3)`,
  },
  settle: { name: "ledger_settle", text: "select id, result from ledger_settle($1, $2)" },
  refuse: { name: "ledger_refuse", text: "select ledger_note_refusals($1, $2)" },
  toRecover: {
    name: "ledger_to_recover",
    text: "select gateway_id, org_id from gateways_to_recover($1, make_interval(secs => $2))",
  },
  expire: { name: "ledger_expire", text: "select ledger_expire($1, $2) as expired" },
  open: {
    name: "ledger_open",
    text: "select org_id, id from open_admissions($1, make_interval(secs => $2))",
  },
  start: { name: "ledger_start_gateway", text: "select start_gateway($1, $2)" },
  lock: { name: "ledger_lock_gateway", text: "select pg_try_advisory_lock(gateway_lock($1)) as held" },
  partitions: { name: "ledger_partitions", text: "select ensure_event_partitions()" },
  heartbeat: {
    name: "ledger_heartbeat",
    text: `update gateways set heartbeat_at = clock_timestamp() where id = $1 and stopped_at is null
      returning current_revocation_epoch() as epoch`,
  },
  stop: { name: "ledger_stop_gateway", text: "update gateways set stopped_at = clock_timestamp() where id = $1" },
} as const;
