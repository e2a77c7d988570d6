import { exportJWK, generateKeyPair } from "jose";
import { Signer } from "./jws/signer.ts";
import { SIGNING_ALGORITHM } from "./jws/sign-record.ts";
import type { Kek } from "./kek.ts";
import { INSTANCE } from "./keystore/keystore.ts";
import type { Keystore } from "./keystore/keystore.ts";
import { VaultError } from "./vault-error.ts";
import { unwrapPrivateKey, wrapPrivateKey } from "./wrapped-private-key.ts";

const SIGNING = { owner: INSTANCE, id: "signing" } as const;

/**
 * Makes the instance's signing key, once, at first setup.
 *
 * @throws VaultError `keystore_exists` when there is one: replacing it would void every signed organisation key
 */
export async function createInstanceSigner(input: { kek: Kek; keystore: Keystore }): Promise<Signer> {
  const { privateKey } = await generateKeyPair(SIGNING_ALGORITHM, { extractable: true });
  const { x = "", d = "" } = await exportJWK(privateKey);
  const privateJwk = { kty: "OKP", crv: "Ed25519", x, d };
  await input.keystore.put(SIGNING.owner, SIGNING.id, await wrapPrivateKey(input.kek, SIGNING, privateJwk));
  return new Signer(privateJwk);
}

/** @throws VaultError `keystore_missing` when there is none; `open_failed` when this KEK does not open it */
export async function openInstanceSigner(input: { kek: Kek; keystore: Keystore }): Promise<Signer> {
  const wrapped = await input.keystore.get(SIGNING.owner, SIGNING.id);
  if (wrapped === null) {
    throw new VaultError("keystore_missing", "The keystore has no signing key of this instance. Restore the keystore.");
  }
  return new Signer(await unwrapPrivateKey(input.kek, SIGNING, wrapped));
}
