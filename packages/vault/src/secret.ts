import { createHash, timingSafeEqual } from "node:crypto";
import { inspect } from "node:util";
import { markAsUncloneable } from "node:worker_threads";
import { VaultError } from "./vault-error.ts";

/** Bytes of UTF-8. A sealed secret of this size stays below the 16 KiB a sealed row may have. */
export const MAX_SECRET_BYTES = 8192;

const REDACTED = "[redacted]";

/**
 * A secret that cannot be printed, serialised or cloned by accident. `reveal()` is the only way to its value.
 *
 * Residual: JavaScript strings cannot be wiped; the value stays in this process's memory until collected.
 */
export class Secret {
  readonly #value: string;

  /** @throws VaultError `input_invalid` when empty, longer than {@link MAX_SECRET_BYTES}, or not well-formed Unicode. */
  constructor(value: string) {
    if (typeof value !== "string" || value.length === 0 || !value.isWellFormed()) {
      throw new VaultError("input_invalid", "A secret must be a non-empty, well-formed string.");
    }
    if (Buffer.byteLength(value) > MAX_SECRET_BYTES) {
      throw new VaultError("input_invalid", `A secret must not exceed ${MAX_SECRET_BYTES} bytes.`);
    }
    this.#value = value;
    markAsUncloneable(this); // structuredClone and postMessage throw instead of dropping the brand
    Object.freeze(this);
  }

  /** True for a real Secret only: checked by private brand, which no look-alike object can carry. */
  static isSecret(value: unknown): value is Secret {
    return typeof value === "object" && value !== null && #value in value;
  }

  reveal(): string {
    return this.#value;
  }

  /** Compares in constant time; hashing first makes the lengths equal. */
  equals(other: Secret): boolean {
    return timingSafeEqual(digest(this.#value), digest(other.#value));
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.toPrimitive](): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}

function digest(value: string): Buffer {
  return createHash("sha256").update(value).digest();
}
