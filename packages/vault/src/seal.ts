import { assertBinding } from "./binding.ts";
import type { Binding } from "./binding.ts";
import { SEALING_ALGORITHM } from "./jwe/algorithms.ts";
import { encryptPinned } from "./jwe/encrypt-pinned.ts";
import { SealingKey } from "./organisation-key/sealing-key.ts";
import { SEALED_TYPE } from "./sealed-header.ts";
import { Secret } from "./secret.ts";
import { VaultError } from "./vault-error.ts";

/**
 * Seals a secret to an organisation's public key, bound to what it is and where it may go.
 *
 * @returns compact JWE (RFC 7516 §7.1), `ECDH-ES+A256KW` over X25519 and `A256GCM`; at most 16,384 characters
 * @throws VaultError `input_invalid` when the binding is malformed or names another organisation than the key,
 *   or when the public key is of low order
 */
export async function seal(input: {
  readonly publicKey: SealingKey;
  readonly binding: Binding;
  readonly secret: Secret;
}): Promise<string> {
  const { publicKey, binding, secret } = input;
  const key = SealingKey.keyOf(publicKey);
  assertBinding(binding);
  if (!Secret.isSecret(secret)) throw new VaultError("input_invalid", "Only a Secret can be sealed.");
  if (binding.org !== publicKey.org) {
    throw new VaultError("input_invalid", "The binding names another organisation than the public key.");
  }
  const { org, id, version, provider, destination, purpose } = binding;
  try {
    return await encryptPinned({
      algorithm: SEALING_ALGORITHM,
      key,
      header: { typ: SEALED_TYPE, kid: publicKey.id, org, id, version, provider, destination, purpose },
      plaintext: Buffer.from(secret.reveal(), "utf8"),
    });
  } catch {
    // RFC 7748 §6.1: a public key of low order gives an all-zero shared secret, which WebCrypto refuses.
    throw new VaultError("input_invalid", "Nothing can be sealed to this public key.");
  }
}
