import type { Sql } from "@meterr/runtime";
import type { ChainEntry, ChainReader } from "./chain-entry.ts";

/** A row with the columns that are hashed, as `audit_log_since` answers it too. */
export interface ChainRow {
  seq: string;
  id: string;
  at_micros: string;
  actor_kind: string;
  actor_id: string;
  actor_label: string;
  action: string;
  subject_type: string;
  subject_id: string;
  details: string;
  request_id: string;
  address: string;
  prev_hash: Uint8Array;
  hash: Uint8Array;
}

const AFTER = `select seq, id, (extract(epoch from at) * 1000000)::bigint as at_micros, actor_kind, actor_id, actor_label,
    action, subject_type, subject_id, details::text as details, request_id, address, prev_hash, hash
  from audit_log_entries where org_id = $1 and seq > $2 order by seq limit $3`;

/** Reads an organisation's log in a transaction that is this tenant's. */
export function chainReader(sql: Sql, org: string): ChainReader {
  return {
    async after(seq, limit) {
      const found = await sql.query<ChainRow>(AFTER, [org, seq.toString(), limit]);
      return found.rows.map((row) => chainEntry(org, row));
    },
  };
}

export function chainEntry(org: string, row: ChainRow): ChainEntry {
  return {
    org: org.toLowerCase(),
    seq: BigInt(row.seq),
    id: row.id,
    atMicros: BigInt(row.at_micros),
    actorKind: row.actor_kind,
    actorId: row.actor_id,
    actorLabel: row.actor_label,
    action: row.action,
    subjectType: row.subject_type,
    subjectId: row.subject_id,
    details: row.details,
    requestId: row.request_id,
    address: row.address,
    prevHash: Buffer.from(row.prev_hash).toString("hex"),
    hash: Buffer.from(row.hash).toString("hex"),
  };
}
