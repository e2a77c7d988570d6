import { createHash, createPublicKey } from "node:crypto";
import type { CryptoKey } from "jose";
import { isBytes32 } from "../organisation-key/public-jwk.ts";
import { VaultError } from "../vault-error.ts";

/** RFC 8037 §2: the public half of an Ed25519 key. `x`: 32 bytes, base64url. */
export interface Ed25519PublicJwk {
  readonly kty: "OKP";
  readonly crv: "Ed25519";
  readonly x: string;
}

/** The instance's public signing key: pinned at start, from the key service and never from the database. */
export class Verifier {
  readonly keyId: string;
  readonly publicJwk: Ed25519PublicJwk;
  readonly #key: CryptoKey;

  /** @throws VaultError `input_invalid` unless it is an Ed25519 public JWK */
  constructor(publicJwk: Ed25519PublicJwk) {
    const { kty, crv, x } = publicJwk;
    if (kty !== "OKP" || crv !== "Ed25519" || !isBytes32(x)) {
      throw new VaultError("input_invalid", "The instance's signing key must be an Ed25519 public JWK.");
    }
    this.publicJwk = Object.freeze({ kty, crv, x });
    this.keyId = signingKeyId(x);
    this.#key = createPublicKey({ key: { kty, crv, x }, format: "jwk" }).toCryptoKey("Ed25519", true, ["verify"]);
    Object.freeze(this);
  }

  static keyOf(verifier: Verifier): CryptoKey {
    if (!(typeof verifier === "object" && verifier !== null && #key in verifier)) {
      throw new VaultError("input_invalid", "Verifying needs a Verifier.");
    }
    return verifier.#key;
  }
}

/** The first half of the RFC 7638 thumbprint (SHA-256), in hex. */
function signingKeyId(x: string): string {
  return createHash("sha256")
    .update(JSON.stringify({ crv: "Ed25519", kty: "OKP", x }))
    .digest("hex")
    .slice(0, 32);
}
