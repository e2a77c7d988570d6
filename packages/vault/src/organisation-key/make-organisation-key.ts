import { exportJWK, generateKeyPair } from "jose";
import type { Kek } from "../kek.ts";
import { UUID } from "../binding.ts";
import { SEALING_ALGORITHM } from "../jwe/algorithms.ts";
import { VaultError } from "../vault-error.ts";
import { wrapPrivateKey } from "../wrapped-private-key.ts";
import { organisationKeyId } from "./organisation-key-id.ts";
import { OpeningKey } from "./opening-key.ts";

/**
 * A fresh X25519 key pair for an organisation; `generation` counts its keys from 1.
 *
 * @returns the unwrapped key, and its private JWK wrapped by the KEK for the keystore
 */
export async function makeOrganisationKey(
  kek: Kek,
  org: string,
  generation: number,
): Promise<{ openingKey: OpeningKey; wrapped: string }> {
  if (!UUID.test(org)) throw new VaultError("input_invalid", "An organisation is named by its UUID.");
  const { privateKey } = await generateKeyPair(SEALING_ALGORITHM, { crv: "X25519", extractable: true });
  const { x = "", d = "" } = await exportJWK(privateKey);
  const publicJwk = { kty: "OKP", crv: "X25519", x } as const;
  const privateJwk = { ...publicJwk, d };
  const openingKey = new OpeningKey(org, organisationKeyId(generation, publicJwk), privateJwk);
  return { openingKey, wrapped: await wrapPrivateKey(kek, { owner: org, id: openingKey.id }, privateJwk) };
}
