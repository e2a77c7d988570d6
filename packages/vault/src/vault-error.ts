/**
 * What went wrong, as a stable code.
 *
 * - `open_failed`: a sealed value did not open. One code and one message for every reason.
 * - `kek_invalid`: the text given is not an acceptable key-encryption key.
 * - `kek_refused`: the KEK does not open the canary record or a wrapped private key.
 * - `signature_invalid`: a signed record is not what the instance signed.
 * - `input_invalid`: the caller passed something that can never be sealed, signed or stored.
 * - `keystore_exists`: the record is there already; nothing was overwritten.
 * - `keystore_conflict`: the record changed or went away meanwhile.
 * - `keystore_insecure`: the folder or a file can be read or written by others.
 * - `keystore_unavailable`: the folder cannot be read or written.
 * - `keystore_missing`: there is no keystore, or no signing key in it.
 */
export type VaultErrorCode =
  | "open_failed"
  | "kek_invalid"
  | "kek_refused"
  | "signature_invalid"
  | "input_invalid"
  | "keystore_exists"
  | "keystore_conflict"
  | "keystore_insecure"
  | "keystore_unavailable"
  | "keystore_missing";

const RETRYABLE: ReadonlySet<VaultErrorCode> = new Set(["keystore_unavailable"]);

/** The one error class of this package. Messages never hold a secret, key material or row content. */
export class VaultError extends Error {
  readonly code: VaultErrorCode;
  readonly retryable: boolean;

  constructor(code: VaultErrorCode, message: string) {
    super(message);
    this.name = "VaultError";
    this.code = code;
    this.retryable = RETRYABLE.has(code);
  }
}

/**
 * RFC 7516 §11.5: "the recipient MUST NOT distinguish between format, padding, and length errors of
 * encrypted keys". We go further: no failure to open can be told from another, and no cause is kept.
 */
export function openFailed(): VaultError {
  return new VaultError("open_failed", "The sealed value could not be opened.");
}
