import { CompactEncrypt } from "jose";
import type { CryptoKey } from "jose";
import { CONTENT_ENCRYPTION } from "./algorithms.ts";
import type { KeyManagementAlgorithm } from "./algorithms.ts";

/** Compact JWE (RFC 7516 §7.1) under one pinned pair of algorithms, with the given protected header beside them. */
export async function encryptPinned(input: {
  readonly algorithm: KeyManagementAlgorithm;
  readonly key: CryptoKey;
  readonly header: Readonly<Record<string, unknown>>;
  readonly plaintext: Uint8Array;
}): Promise<string> {
  return new CompactEncrypt(input.plaintext)
    .setProtectedHeader({ alg: input.algorithm, enc: CONTENT_ENCRYPTION, ...input.header })
    .encrypt(input.key);
}
