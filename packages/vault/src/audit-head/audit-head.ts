import { UUID } from "../binding.ts";

export const AUDIT_HEAD_TYPE = "meterr-audit-head+jws";

/** The end of an organisation's audit log at a moment. */
export interface AuditHead {
  readonly org: string;
  /** Number of the last row, counted from 1. */
  readonly seq: bigint;
  /** Chain hash of the last row: SHA-256, 64 hex digits in lower case. */
  readonly hash: string;
  readonly time: Date;
}

/** The head in a signed record (number in decimal text, time in ISO 8601 UTC), or null when any member is malformed. */
export function parseAuditHead(record: Readonly<Record<string, unknown>>): AuditHead | null {
  const { org, seq, hash, time } = record;
  if (typeof org !== "string" || !UUID.test(org)) return null;
  if (typeof seq !== "string" || !/^[1-9][0-9]{0,18}$/.test(seq)) return null;
  if (typeof hash !== "string" || !/^[0-9a-f]{64}$/.test(hash)) return null;
  if (typeof time !== "string") return null;
  const at = new Date(time);
  if (Number.isNaN(at.getTime()) || at.toISOString() !== time) return null;
  return { org, seq: BigInt(seq), hash, time: at };
}
