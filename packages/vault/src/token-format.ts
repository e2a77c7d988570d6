import { createHash, randomBytes as nodeRandomBytes } from "node:crypto";
import { crc32 } from "node:zlib";

/** What a Meterr token is for: a virtual key of real calls, one of test mode, or an API token. */
export type TokenKind = "live" | "test" | "api";

/** A source of `size` random bytes; `crypto.randomBytes` unless a test passes another. */
export type RandomBytes = (size: number) => Uint8Array;

/** A token at its making. `token` is shown once; `hash` and `display` may be stored. */
export interface CreatedToken {
  readonly token: string;
  /** SHA-256 of the whole token, 32 bytes. */
  readonly hash: Buffer;
  /** The first 12 characters: the prefix and three or more of the random ones. */
  readonly display: string;
}

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/** 32 characters of base62 are 190 bits. */
const RANDOM_LENGTH = 32;
/** 62^6 is the first power of 62 above 2^32, so six characters hold any CRC-32. */
const CHECKSUM_LENGTH = 6;
const DISPLAY_LENGTH = 12;
/** 4 × 62: bytes at or above are drawn again, so that every character is equally likely. */
const UNBIASED_BELOW = 248;
const PATTERN = /^mtr_(live|test|api)_([0-9A-Za-z]{32})([0-9A-Za-z]{6})$/;

/**
 * Makes a token: `mtr_<kind>_`, 32 random base62 characters, and the CRC-32 (ISO-HDLC) of all
 * that precedes it as 6 base62 characters, most significant first.
 */
export function createToken(kind: TokenKind, randomBytes: RandomBytes = nodeRandomBytes): CreatedToken {
  const body = `mtr_${kind}_${randomCharacters(randomBytes)}`;
  const token = body + checksum(body);
  return { token, hash: hashToken(token), display: token.slice(0, DISPLAY_LENGTH) };
}

/**
 * Tells whether a text can be a Meterr token at all, and of which kind, without any look-up. The checksum
 * only turns away typing errors and guesses cheaply; it proves nothing. Null for everything else.
 */
export function parseToken(text: string): { kind: TokenKind } | null {
  const match = PATTERN.exec(text);
  if (match === null) return null;
  if (checksum(text.slice(0, -CHECKSUM_LENGTH)) !== match[3]) return null;
  const kind = match[1];
  return kind === "live" || kind === "test" || kind === "api" ? { kind } : null;
}

/** SHA-256 of the whole token, as it is stored and looked up: never of a part or a prefix. */
export function hashToken(token: string): Buffer {
  return createHash("sha256").update(token, "utf8").digest();
}

function randomCharacters(randomBytes: RandomBytes): string {
  let characters = "";
  while (characters.length < RANDOM_LENGTH) {
    for (const byte of randomBytes(RANDOM_LENGTH)) {
      if (byte < UNBIASED_BELOW && characters.length < RANDOM_LENGTH) characters += ALPHABET.charAt(byte % 62);
    }
  }
  return characters;
}

function checksum(text: string): string {
  let rest = crc32(text);
  let encoded = "";
  for (let i = 0; i < CHECKSUM_LENGTH; i++) {
    encoded = ALPHABET.charAt(rest % 62) + encoded;
    rest = Math.floor(rest / 62);
  }
  return encoded;
}
