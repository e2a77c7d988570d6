import { compactVerify } from "jose";
import { isCanonicalBase64url } from "../canonical-base64url.ts";
import { VaultError } from "../vault-error.ts";
import { SIGNING_ALGORITHM } from "./sign-record.ts";
import { Verifier } from "./verifier.ts";

/** Characters. The records we sign have a few hundred. */
const MAX_JWS_LENGTH = 4096;

/**
 * Verifies a compact JWS of {@link signRecord} (RFC 7515 §5.2) and returns its record, whose members are
 * exactly `names`.
 *
 * @throws VaultError `signature_invalid` for every failure
 */
export async function verifyRecord(
  verifier: Verifier,
  type: string,
  signed: string,
  names: readonly string[],
): Promise<Readonly<Record<string, unknown>>> {
  const key = Verifier.keyOf(verifier);
  if (typeof signed !== "string" || signed.length > MAX_JWS_LENGTH) throw signatureInvalid();
  const segments = signed.split(".");
  if (!segments.every(isCanonicalBase64url)) throw signatureInvalid();
  // The exact header, byte for byte: no other algorithm, type or signing key, no `crit`, `b64`, `jwk` or `jku`.
  const header = JSON.stringify({ alg: SIGNING_ALGORITHM, typ: type, kid: verifier.keyId });
  if (segments[0] !== Buffer.from(header).toString("base64url")) throw signatureInvalid();
  try {
    const { payload } = await compactVerify(signed, key, { algorithms: [SIGNING_ALGORITHM] });
    const record = JSON.parse(Buffer.from(payload).toString("utf8")) as Record<string, unknown>;
    if (Object.keys(record).toSorted().join() === names.toSorted().join()) return record;
  } catch {
    // one answer for every failure, below
  }
  throw signatureInvalid();
}

export function signatureInvalid(): VaultError {
  return new VaultError("signature_invalid", "The record does not carry this instance's signature.");
}
