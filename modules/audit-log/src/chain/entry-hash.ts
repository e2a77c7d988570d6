import { createHash } from "node:crypto";
import type { ChainEntry } from "./chain-entry.ts";

/** Names the encoding, so that another one can never be mistaken for it. */
const ENCODING = "meterr.audit-log.v1";

/** What the first entry names as the one before it. */
export const GENESIS_HASH = "00".repeat(32);

/**
 * The hash append_audit_entry wrote, computed again: SHA-256 over each value behind its length in UTF-8 octets
 * (4 bytes, big-endian), then the 32 bytes of the hash before. Two different entries never have the same encoding.
 * @returns 64 hex digits in lower case
 */
export function entryHash(entry: ChainEntry): string {
  const hash = createHash("sha256");
  const length = Buffer.alloc(4);
  for (const value of valuesOf(entry)) {
    const octets = Buffer.from(value, "utf8");
    length.writeUInt32BE(octets.byteLength);
    hash.update(length).update(octets);
  }
  return hash.update(Buffer.from(entry.prevHash, "hex")).digest("hex");
}

function valuesOf(entry: ChainEntry): readonly string[] {
  return [
    ENCODING,
    entry.org,
    entry.seq.toString(),
    entry.id,
    entry.atMicros.toString(),
    entry.actorKind,
    entry.actorId,
    entry.actorLabel,
    entry.action,
    entry.subjectType,
    entry.subjectId,
    entry.details,
    entry.requestId,
    entry.address,
  ];
}
