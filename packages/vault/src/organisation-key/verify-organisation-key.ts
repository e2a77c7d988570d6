import type { Verifier } from "../jws/verifier.ts";
import { signatureInvalid, verifyRecord } from "../jws/verify-record.ts";
import { isX25519PublicJwk } from "./public-jwk.ts";
import { isIdOf } from "./organisation-key-id.ts";
import { SealingKey } from "./sealing-key.ts";
import { ORGANISATION_KEY_TYPE } from "./sign-organisation-key.ts";

/**
 * The way from a database row to a key that may be sealed to: only what the signature covers is used, so
 * another organisation's key, another key id or a planted public key is refused.
 *
 * @param keyId the row's key id; it must be the signed one
 * @throws VaultError `signature_invalid`
 */
export async function verifyOrganisationKey(input: {
  readonly verifier: Verifier;
  readonly org: string;
  readonly keyId: string;
  readonly signed: string;
}): Promise<SealingKey> {
  const record = await verifyRecord(input.verifier, ORGANISATION_KEY_TYPE, input.signed, ["org", "id", "jwk"]);
  const { org, id, jwk } = record;
  if (org !== input.org || id !== input.keyId || !isX25519PublicJwk(jwk) || !isIdOf(input.keyId, jwk)) {
    throw signatureInvalid();
  }
  return new SealingKey(input.org, input.keyId, jwk);
}
