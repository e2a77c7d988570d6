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

/** Canonical base64url of 32 bytes. */
export function isBytes32(value: unknown): value is string {
  if (typeof value !== "string" || value.length !== 43) return false;
  const bytes = Buffer.from(value, "base64url");
  return bytes.length === 32 && bytes.toString("base64url") === value;
}
