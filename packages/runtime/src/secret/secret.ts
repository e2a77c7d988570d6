import { RuntimeError } from "../runtime-error.ts";

/** Bytes of UTF-8: the longest provider credentials (PEM keys, JSON key files) stay well below. */
export const MAX_SECRET_BYTES = 8192;

const REDACTED = "[redacted]";

/** What a Secret is at run time. Its type is {@link Secret}. */
class OpaqueSecret {
  readonly #value: string;

  constructor(value: string) {
    // Said without the value: this message may be logged.
    if (typeof value !== "string" || value.length === 0) refuse("must be a string that is not empty");
    if (!value.isWellFormed()) refuse("must be well-formed Unicode");
    if (new TextEncoder().encode(value).length > MAX_SECRET_BYTES) refuse(`must not exceed ${MAX_SECRET_BYTES} bytes`);
    this.#value = value;
    // A function among its own properties makes structuredClone and postMessage throw instead of dropping the brand.
    // Enumerable, as clones look at no other.
    Object.defineProperty(this, "uncloneable", { value: uncloneable, enumerable: true });
    Object.freeze(this);
  }

  static isSecret(value: unknown): value is Secret {
    return typeof value === "object" && value !== null && #value in value;
  }

  /** The only way to the value. */
  reveal(): string {
    return this.#value;
  }

  /** Compares in constant time for secrets of one length. */
  equals(other: Secret): boolean {
    if (!OpaqueSecret.isSecret(other)) return false;
    const mine = this.#value;
    const theirs = (other as unknown as OpaqueSecret).#value;
    let difference = mine.length ^ theirs.length;
    for (let at = 0; at < mine.length; at++) difference |= mine.charCodeAt(at) ^ theirs.charCodeAt(at % theirs.length);
    return difference === 0;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  valueOf(): string {
    return REDACTED;
  }

  [Symbol.toPrimitive](): string {
    return REDACTED;
  }

  /** `node:util`'s inspect, and so `console.log`; the symbol is registered, so nothing of Node is imported. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return REDACTED;
  }
}

function uncloneable(): string {
  return REDACTED;
}

/**
 * A secret that cannot be printed, serialised or cloned by accident. `reveal()` is the only way to its value.
 *
 * It is typed as a symbol as well, because that is the one type TypeScript lets nobody add to a string or put into a
 * template; neither does it fit where text, JSON, a prop or a React child is wanted. At run time everything that
 * forgets the types meets `[redacted]`.
 *
 * Residual: JavaScript strings cannot be wiped; the value stays in this process's memory until collected.
 */
export type Secret = OpaqueSecret & symbol;

export interface SecretConstructor {
  /** Throws RuntimeError `secret_invalid` when empty, longer than {@link MAX_SECRET_BYTES}, or not well-formed. */
  new (value: string): Secret;
  /** True for a real Secret only: checked by private brand, which no look-alike object can carry. */
  isSecret(value: unknown): value is Secret;
}

export const Secret = OpaqueSecret as unknown as SecretConstructor;

function refuse(why: string): never {
  throw new RuntimeError("secret_invalid", `A secret ${why}.`);
}
