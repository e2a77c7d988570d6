import type { JWK } from "jose";
import { WRAPPING_ALGORITHM } from "./jwe/algorithms.ts";
import { decryptPinned } from "./jwe/decrypt-pinned.ts";
import { encryptPinned } from "./jwe/encrypt-pinned.ts";
import { hasExactly, readProtectedHeader } from "./jwe/protected-header.ts";
import { Kek } from "./kek.ts";
import { openFailed } from "./vault-error.ts";

const WRAPPED_TYPE = "meterr-private-key+jwe";

/** Whose private key, and which: authenticated in the protected header, so that records cannot be swapped. */
export interface WrappedKeyName {
  readonly owner: string;
  readonly id: string;
}

/** Wraps a private JWK (RFC 7517 §7) under the KEK: compact JWE, `A256KW` and `A256GCM`. */
export async function wrapPrivateKey(kek: Kek, name: WrappedKeyName, privateJwk: JWK): Promise<string> {
  return encryptPinned({
    algorithm: WRAPPING_ALGORITHM,
    key: Kek.keyOf(kek),
    header: { typ: WRAPPED_TYPE, kid: kek.id, owner: name.owner, id: name.id },
    plaintext: Buffer.from(JSON.stringify(privateJwk)),
  });
}

/** @throws VaultError `open_failed`: another KEK, owner or id, or a changed byte */
export async function unwrapPrivateKey(kek: Kek, name: WrappedKeyName, wrapped: string): Promise<JWK> {
  const { plaintext } = await decryptPinned({
    algorithm: WRAPPING_ALGORITHM,
    key: Kek.keyOf(kek),
    jwe: wrapped,
    accepts: (header) =>
      hasExactly(header, ["alg", "enc", "typ", "kid", "owner", "id"]) &&
      header["typ"] === WRAPPED_TYPE &&
      header["kid"] === kek.id &&
      header["owner"] === name.owner &&
      header["id"] === name.id,
  });
  try {
    return JSON.parse(Buffer.from(plaintext).toString("utf8")) as JWK;
  } catch {
    throw openFailed();
  } finally {
    plaintext.fill(0);
  }
}

/** The id of the KEK a wrapped key says it is under. Not authenticated: for choosing which KEK to try. */
export function kekIdOf(wrapped: string): string {
  return String(readProtectedHeader(wrapped)["kid"]);
}
