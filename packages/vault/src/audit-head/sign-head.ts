import { signRecord } from "../jws/sign-record.ts";
import type { Signer } from "../jws/signer.ts";
import { VaultError } from "../vault-error.ts";
import { AUDIT_HEAD_TYPE, parseAuditHead } from "./audit-head.ts";
import type { AuditHead } from "./audit-head.ts";

/**
 * Signs the end of an audit log outside the database, so that rewriting the log cannot go unseen.
 *
 * @returns compact JWS over organisation, number, hash and time
 * @throws VaultError `input_invalid`
 */
export async function signHead(input: { readonly signer: Signer; readonly head: AuditHead }): Promise<string> {
  const { org, seq, hash, time } = input.head;
  if (Number.isNaN(time.getTime())) throw malformed();
  const record = { org, seq: seq.toString(), hash, time: time.toISOString() };
  if (parseAuditHead(record) === null) throw malformed();
  return signRecord(input.signer, AUDIT_HEAD_TYPE, record);
}

function malformed(): VaultError {
  return new VaultError("input_invalid", "The audit head has a field that is missing or malformed.");
}
