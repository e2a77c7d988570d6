import { createPrivateKey } from "node:crypto";
import { markAsUncloneable } from "node:worker_threads";
import type { CryptoKey, JWK } from "jose";
import { isBytes32 } from "../organisation-key/public-jwk.ts";
import { openFailed, VaultError } from "../vault-error.ts";
import { Verifier } from "./verifier.ts";
import type { Ed25519PublicJwk } from "./verifier.ts";

/** The instance's private signing key (Ed25519): in the key service's memory only, not extractable. */
export class Signer {
  readonly verifier: Verifier;
  readonly keyId: string;
  readonly publicJwk: Ed25519PublicJwk;
  readonly #key: CryptoKey;

  /** @throws VaultError `open_failed` unless it is an Ed25519 private JWK */
  constructor(privateJwk: JWK) {
    const { kty, crv, x, d } = privateJwk;
    if (kty !== "OKP" || crv !== "Ed25519" || !isBytes32(x) || !isBytes32(d)) throw openFailed();
    this.verifier = new Verifier({ kty: "OKP", crv, x });
    this.keyId = this.verifier.keyId;
    this.publicJwk = this.verifier.publicJwk;
    try {
      const imported = createPrivateKey({ key: { kty, crv, x, d }, format: "jwk" });
      this.#key = imported.toCryptoKey("Ed25519", false, ["sign"]);
    } catch {
      throw openFailed();
    }
    markAsUncloneable(this);
    Object.freeze(this);
  }

  static keyOf(signer: Signer): CryptoKey {
    if (!(typeof signer === "object" && signer !== null && #key in signer)) {
      throw new VaultError("input_invalid", "Signing needs a Signer.");
    }
    return signer.#key;
  }
}
