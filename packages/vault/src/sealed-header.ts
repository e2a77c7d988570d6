import { BINDING_FIELDS, isBinding } from "./binding.ts";
import type { Binding, ExpectedBinding } from "./binding.ts";
import { isX25519PublicJwk } from "./organisation-key/public-jwk.ts";
import { hasExactly } from "./jwe/protected-header.ts";
import type { ProtectedHeader } from "./jwe/protected-header.ts";

/** Says what is inside, so that no other JWE of this vault can pass for a sealed secret (RFC 8725 §3.11). */
export const SEALED_TYPE = "meterr-secret+jwe";

const NAMES = ["alg", "enc", "typ", "kid", ...BINDING_FIELDS, "epk"] as const;

/** True when the header is exactly that of a secret sealed to `keyId` under every field of `expected`. */
export function isSealedHeader(header: ProtectedHeader, keyId: string, expected: ExpectedBinding): boolean {
  return (
    hasExactly(header, NAMES) &&
    header["typ"] === SEALED_TYPE &&
    header["kid"] === keyId &&
    isX25519PublicJwk(header["epk"]) &&
    isBinding(header) &&
    BINDING_FIELDS.every((field) => expected[field] === undefined || header[field] === expected[field])
  );
}

/** Call only with the header of a secret that has opened. */
export function bindingOf(header: ProtectedHeader): Binding {
  return {
    org: String(header["org"]),
    id: String(header["id"]),
    version: Number(header["version"]),
    provider: String(header["provider"]),
    destination: String(header["destination"]),
    purpose: String(header["purpose"]),
  };
}
