import { createPublicKey } from "node:crypto";
import type { CryptoKey } from "jose";
import { VaultError } from "../vault-error.ts";
import { UUID } from "../binding.ts";
import { isX25519PublicJwk } from "./public-jwk.ts";
import { isIdOf } from "./organisation-key-id.ts";
import type { X25519PublicJwk } from "./public-jwk.ts";

/**
 * An organisation's public key, fit to seal to. Handed out by `verifyOrganisationKey` and the keyring only:
 * a key read from the database cannot be sealed to before its signature was verified.
 */
export class SealingKey {
  readonly org: string;
  readonly id: string;
  readonly publicJwk: X25519PublicJwk;
  readonly #key: CryptoKey;

  /** @throws VaultError `input_invalid` unless `id` is the id of this very key */
  constructor(org: string, id: string, publicJwk: X25519PublicJwk) {
    if (!UUID.test(org) || !isX25519PublicJwk(publicJwk) || !isIdOf(id, publicJwk)) {
      throw new VaultError(
        "input_invalid",
        "An organisation key needs an organisation, its own id and an X25519 public JWK.",
      );
    }
    this.org = org;
    this.id = id;
    this.publicJwk = Object.freeze({ kty: publicJwk.kty, crv: publicJwk.crv, x: publicJwk.x });
    this.#key = createPublicKey({ key: { ...this.publicJwk }, format: "jwk" }).toCryptoKey("X25519", true, []);
    Object.freeze(this);
  }

  static keyOf(sealingKey: SealingKey): CryptoKey {
    if (!(typeof sealingKey === "object" && sealingKey !== null && #key in sealingKey)) {
      throw new VaultError("input_invalid", "Sealing needs an organisation key whose signature was verified.");
    }
    return sealingKey.#key;
  }
}
