import { signRecord } from "../jws/sign-record.ts";
import type { Signer } from "../jws/signer.ts";
import { SealingKey } from "./sealing-key.ts";
import type { X25519PublicJwk } from "./public-jwk.ts";

export const ORGANISATION_KEY_TYPE = "meterr-organisation-key+jws";

/**
 * Signs which public key belongs to which organisation.
 *
 * @returns compact JWS over organisation, key id and public JWK
 */
export async function signOrganisationKey(input: {
  readonly signer: Signer;
  readonly org: string;
  readonly keyId: string;
  readonly publicJwk: X25519PublicJwk;
}): Promise<string> {
  const { org, id, publicJwk } = new SealingKey(input.org, input.keyId, input.publicJwk); // refuses what could not be sealed to
  return signRecord(input.signer, ORGANISATION_KEY_TYPE, { org, id, jwk: publicJwk });
}
