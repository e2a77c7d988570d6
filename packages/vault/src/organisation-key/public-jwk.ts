import { createHash } from "node:crypto";

/** RFC 8037 §2: the public half of an X25519 key, nothing else. `x`: 32 bytes, base64url. */
export interface X25519PublicJwk {
  readonly kty: "OKP";
  readonly crv: "X25519";
  readonly x: string;
}

/** Exactly the three members, `x` the canonical base64url of 32 bytes. */
export function isX25519PublicJwk(value: unknown): value is X25519PublicJwk {
  if (typeof value !== "object" || value === null || Object.keys(value).length !== 3) return false;
  const { kty, crv, x } = value as Record<string, unknown>;
  return kty === "OKP" && crv === "X25519" && isBytes32(x);
}

/**
 * The id of an organisation key: the first half of its RFC 7638 thumbprint (SHA-256), in hex. It names the
 * public key itself, so an id cannot stand for another key. Hex, because some file systems ignore case.
 */
export function organisationKeyId(jwk: X25519PublicJwk): string {
  const canonical = JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x }); // RFC 7638 §3.2, RFC 8037 §2
  return createHash("sha256").update(canonical).digest("hex").slice(0, 32);
}

export function isBytes32(value: unknown): value is string {
  if (typeof value !== "string" || value.length !== 43) return false;
  const bytes = Buffer.from(value, "base64url");
  return bytes.length === 32 && bytes.toString("base64url") === value;
}
