import { createHash, createSecretKey, randomBytes } from "node:crypto";
import { markAsUncloneable } from "node:worker_threads";
import type { CryptoKey } from "jose";
import { Secret } from "./secret.ts";
import { VaultError } from "./vault-error.ts";

const KEK_BYTES = 32;
/** 32 random bytes have about 30 distinct values; fewer than 16 happens once in more than 10^13 draws. */
const MIN_DISTINCT_BYTES = 16;

/** The key-encryption key: wraps and unwraps private keys, and nothing else. Not extractable, never serialised. */
export class Kek {
  /** Names this KEK in what it wrapped: 16 hex digits of a hash, which reveal nothing of 32 random bytes. */
  readonly id: string;
  readonly #key: CryptoKey;

  constructor(bytes: Uint8Array) {
    if (bytes.length !== KEK_BYTES) throw invalid("must be 32 bytes");
    if (isWeak(bytes)) throw invalid("is not random enough");
    this.id = createHash("sha256").update("meterr kek id\0").update(bytes).digest("hex").slice(0, 16);
    this.#key = createSecretKey(bytes).toCryptoKey("AES-KW", false, ["wrapKey", "unwrapKey"]);
    markAsUncloneable(this);
    Object.freeze(this);
  }

  static keyOf(kek: Kek): CryptoKey {
    if (!(typeof kek === "object" && kek !== null && #key in kek)) throw invalid("must be parsed first");
    return kek.#key;
  }
}

/** A fresh KEK as text, for a file of mode 0600: 43 characters of base64url. */
export function createKek(): Secret {
  return new Secret(randomBytes(KEK_BYTES).toString("base64url"));
}

/**
 * @param text 43 characters of base64url; one trailing line break is forgiven, as files have one
 * @throws VaultError `kek_invalid` when it is not 32 bytes of base64url or not random: all zero, repeated, counting, typed
 */
export function parseKek(text: Secret): Kek {
  if (!Secret.isSecret(text)) throw invalid("must be given as a Secret");
  const encoded = text.reveal().replace(/\r?\n$/, "");
  const bytes = Buffer.from(encoded, "base64url");
  if (bytes.toString("base64url") !== encoded) throw invalid("must be base64url without padding");
  try {
    return new Kek(bytes);
  } finally {
    bytes.fill(0);
  }
}

function isWeak(bytes: Uint8Array): boolean {
  const half = KEK_BYTES / 2;
  const step = (Number(bytes[1]) - Number(bytes[0])) & 0xff;
  return (
    new Set(bytes).size < MIN_DISTINCT_BYTES ||
    bytes.every((byte) => byte >= 0x20 && byte < 0x7f) || // someone's sentence, encoded
    bytes.every((byte, at) => at === 0 || ((byte - Number(bytes[at - 1])) & 0xff) === step) || // 00 01 02 …
    bytes.every((byte, at) => at < half || byte === bytes[at - half]) // sixteen bytes twice
  );
}

function invalid(reason: string): VaultError {
  return new VaultError("kek_invalid", `The key-encryption key ${reason}. Make one with 32 random bytes in base64url.`);
}
