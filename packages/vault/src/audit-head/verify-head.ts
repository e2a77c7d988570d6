import type { Verifier } from "../jws/verifier.ts";
import { signatureInvalid, verifyRecord } from "../jws/verify-record.ts";
import { AUDIT_HEAD_TYPE, parseAuditHead } from "./audit-head.ts";
import type { AuditHead } from "./audit-head.ts";

/** @throws VaultError `signature_invalid`: not signed by this instance, or another organisation's head */
export async function verifyHead(input: {
  readonly verifier: Verifier;
  readonly org: string;
  readonly signed: string;
}): Promise<AuditHead> {
  const record = await verifyRecord(input.verifier, AUDIT_HEAD_TYPE, input.signed, ["org", "seq", "hash", "time"]);
  const head = parseAuditHead(record);
  if (head === null || head.org !== input.org) throw signatureInvalid();
  return head;
}
