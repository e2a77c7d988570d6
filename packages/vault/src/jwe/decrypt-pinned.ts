import { compactDecrypt } from "jose";
import type { CryptoKey } from "jose";
import { openFailed } from "../vault-error.ts";
import { CONTENT_ENCRYPTION } from "./algorithms.ts";
import type { KeyManagementAlgorithm } from "./algorithms.ts";
import { readProtectedHeader } from "./protected-header.ts";
import type { ProtectedHeader } from "./protected-header.ts";

/**
 * Opens a compact JWE under one pinned pair of algorithms (RFC 7516 §5.2).
 *
 * `accepts` sees the header before any cryptography and must decide on the whole of it. Where a content
 * encryption key does not unwrap, jose goes on with a random one (RFC 7516 §11.5), so that step cannot be
 * told from a wrong tag by its timing either.
 *
 * @throws VaultError `open_failed`, whatever the reason
 */
export async function decryptPinned(input: {
  readonly algorithm: KeyManagementAlgorithm;
  readonly key: CryptoKey;
  readonly jwe: string;
  readonly accepts: (header: ProtectedHeader) => boolean;
}): Promise<{ readonly header: ProtectedHeader; readonly plaintext: Uint8Array }> {
  const header = readProtectedHeader(input.jwe);
  if (header["alg"] !== input.algorithm || header["enc"] !== CONTENT_ENCRYPTION) throw openFailed();
  if (!input.accepts(header)) throw openFailed();
  try {
    const { plaintext } = await compactDecrypt(input.jwe, input.key, {
      keyManagementAlgorithms: [input.algorithm],
      contentEncryptionAlgorithms: [CONTENT_ENCRYPTION],
      maxDecompressedLength: 0, // `zip` is refused by the exact header set; this is the second lock
    });
    return { header, plaintext };
  } catch {
    throw openFailed();
  }
}
