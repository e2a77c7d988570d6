import { createPrivateKey } from "node:crypto";
import type { CryptoKey, JWK } from "jose";
import { openFailed, VaultError } from "../vault-error.ts";
import { isBytes32, isX25519PublicJwk } from "./public-jwk.ts";
import { isIdOf } from "./organisation-key-id.ts";
import type { X25519PublicJwk } from "./public-jwk.ts";
import { markAsUncloneable } from "node:worker_threads";

/** An organisation's private key, unwrapped: in memory only, not extractable, never serialised. */
export class OpeningKey {
  readonly org: string;
  readonly id: string;
  readonly publicJwk: X25519PublicJwk;
  readonly #key: CryptoKey;

  /** @throws VaultError `open_failed` unless it is an X25519 private JWK and `id` the id of this very key */
  constructor(org: string, id: string, privateJwk: JWK) {
    const { kty, crv, x, d } = privateJwk;
    const publicJwk = { kty, crv, x };
    if (!isX25519PublicJwk(publicJwk) || !isIdOf(id, publicJwk) || !isBytes32(d)) throw openFailed();
    this.org = org;
    this.id = id;
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
