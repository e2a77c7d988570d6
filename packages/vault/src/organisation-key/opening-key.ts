import { createPrivateKey } from "node:crypto";
import type { CryptoKey, JWK } from "jose";
import { openFailed, VaultError } from "../vault-error.ts";
import { isBytes32, isX25519PublicJwk, organisationKeyId } from "./public-jwk.ts";
import type { X25519PublicJwk } from "./public-jwk.ts";
import { markAsUncloneable } from "node:worker_threads";

/** An organisation's private key, unwrapped: in memory only, not extractable, never serialised. */
export class OpeningKey {
  readonly org: string;
  readonly id: string;
  readonly publicJwk: X25519PublicJwk;
  readonly #key: CryptoKey;

  /** @throws VaultError `open_failed` when the JWK is not an X25519 private key */
  constructor(org: string, privateJwk: JWK) {
    const { kty, crv, x, d } = privateJwk;
    const publicJwk = { kty, crv, x };
    if (!isX25519PublicJwk(publicJwk) || !isBytes32(d)) throw openFailed();
    this.org = org;
    this.id = organisationKeyId(publicJwk);
    this.publicJwk = Object.freeze(publicJwk);
    try {
      const imported = createPrivateKey({ key: { ...publicJwk, d }, format: "jwk" });
      this.#key = imported.toCryptoKey("X25519", false, ["deriveBits"]);
    } catch {
      throw openFailed();
    }
    markAsUncloneable(this);
    Object.freeze(this);
  }

  static keyOf(openingKey: OpeningKey): CryptoKey {
    if (!(typeof openingKey === "object" && openingKey !== null && #key in openingKey)) {
      throw new VaultError("input_invalid", "Opening needs an unwrapped organisation key.");
    }
    return openingKey.#key;
  }
}
