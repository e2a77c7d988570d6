import { WRAPPING_ALGORITHM } from "./jwe/algorithms.ts";
import { decryptPinned } from "./jwe/decrypt-pinned.ts";
import { encryptPinned } from "./jwe/encrypt-pinned.ts";
import { hasExactly } from "./jwe/protected-header.ts";
import { Kek } from "./kek.ts";
import { VaultError } from "./vault-error.ts";

const CANARY_TYPE = "meterr-canary+jwe";
const CANARY = "This KEK belongs to this instance.";

/**
 * The record that says which KEK an instance was set up with. Keep it where the data is; it is no secret.
 *
 * @returns compact JWE, `A256KW` and `A256GCM`
 */
export async function createCanary(kek: Kek): Promise<string> {
  return encryptPinned({
    algorithm: WRAPPING_ALGORITHM,
    key: Kek.keyOf(kek),
    header: { typ: CANARY_TYPE, kid: kek.id },
    plaintext: Buffer.from(CANARY),
  });
}

/**
 * Call before anything else is opened: no boot without a KEK that opens the canary record.
 *
 * @throws VaultError `kek_refused`
 */
export async function verifyCanary(kek: Kek, canary: string): Promise<void> {
  try {
    const { plaintext } = await decryptPinned({
      algorithm: WRAPPING_ALGORITHM,
      key: Kek.keyOf(kek),
      jwe: canary,
      accepts: (header) =>
        hasExactly(header, ["alg", "enc", "typ", "kid"]) && header["typ"] === CANARY_TYPE && header["kid"] === kek.id,
    });
    if (Buffer.from(plaintext).toString() === CANARY) return;
  } catch (error) {
    if (!(error instanceof VaultError && error.code === "open_failed")) throw error;
  }
  throw new VaultError("kek_refused", "This KEK is not the one this instance was set up with. Restore the right one.");
}
