import { isBinding } from "./binding.ts";
import type { Binding, ExpectedBinding } from "./binding.ts";
import { SEALING_ALGORITHM } from "./jwe/algorithms.ts";
import { decryptPinned } from "./jwe/decrypt-pinned.ts";
import { OpeningKey } from "./organisation-key/opening-key.ts";
import { bindingOf, isSealedHeader } from "./sealed-header.ts";
import { Secret } from "./secret.ts";
import { openFailed } from "./vault-error.ts";

/** A secret with the binding it was sealed under. Send it to `binding.destination` and nowhere else. */
export interface Opened {
  readonly secret: Secret;
  readonly binding: Binding;
}

/**
 * Opens a sealed secret whose whole binding is known.
 *
 * @throws VaultError `open_failed` for every failure: another key, binding, version, a changed byte, another format
 */
export async function open(input: {
  readonly privateKey: OpeningKey;
  readonly sealed: string;
  readonly binding: Binding;
}): Promise<Secret> {
  if (!isBinding({ ...input.binding })) throw openFailed(); // a missing field must not match anything
  const opened = await openSealed({ privateKey: input.privateKey, sealed: input.sealed, expected: input.binding });
  return opened.secret;
}

/**
 * Opens a sealed secret and returns the binding it was sealed under. Every field given in `expected` must
 * match; organisation, id and version always must.
 *
 * @throws VaultError `open_failed`
 */
export async function openSealed(input: {
  readonly privateKey: OpeningKey;
  readonly sealed: string;
  readonly expected: ExpectedBinding;
}): Promise<Opened> {
  const { privateKey, sealed, expected } = input;
  const key = OpeningKey.keyOf(privateKey);
  if (expected.org !== privateKey.org || !expected.id || !expected.version) throw openFailed();
  const { header, plaintext } = await decryptPinned({
    algorithm: SEALING_ALGORITHM,
    key,
    jwe: sealed,
    accepts: (candidate) => isSealedHeader(candidate, privateKey.id, expected),
  });
  try {
    const value = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(plaintext);
    return { secret: new Secret(value), binding: bindingOf(header) };
  } catch {
    throw openFailed();
  }
}
