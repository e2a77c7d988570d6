/** A row as the API reads it. */
export interface EntryRow {
  seq: string;
  id: string;
  at: Date;
  actor_kind: string;
  actor_id: string;
  actor_label: string;
  action: string;
  subject_type: string;
  subject_id: string;
  details: Record<string, string | number | boolean | null>;
  request_id: string;
  address: string;
  prev_hash: string;
  hash: string;
}

export const ENTRY_COLUMNS = `seq, id, at, actor_kind, actor_id, actor_label, action, subject_type, subject_id, details,
  request_id, address, encode(prev_hash, 'hex') as prev_hash, encode(hash, 'hex') as hash`;

/** What the API answers. `sequence` is a string of digits, hashes are 64 hex digits. */
export function presentEntry(row: EntryRow): Record<string, unknown> {
  return {
    sequence: row.seq,
    id: row.id,
    at: row.at.toISOString(),
    actor: { kind: row.actor_kind, id: row.actor_id, label: row.actor_label },
    action: row.action,
    subject: { type: row.subject_type, id: row.subject_id },
    details: row.details,
    request_id: row.request_id,
    address: row.address,
    prev_hash: row.prev_hash,
    hash: row.hash,
  };
}
