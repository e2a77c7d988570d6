/**
 * Where things stand in the bytes of a JSON document that `JSON.parse` has already accepted. Only the structural
 * bytes are looked at; strings are jumped over by searching for their closing quote.
 */
export interface MemberSpan {
  readonly name: string;
  /** Offset of the name's opening quote. */
  readonly start: number;
  readonly valueStart: number;
  /** One past the value's last byte. */
  readonly valueEnd: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;

export function skipBlank(bytes: Uint8Array, at: number): number {
  let index = at;
  for (let byte = bytes[index]; byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;)
    byte = bytes[++index];
  return index;
}

/** `at` is an opening quote; the answer is one past the closing quote. */
export function skipString(bytes: Uint8Array, at: number): number {
  let close = bytes.indexOf(QUOTE, at + 1);
  for (; close !== -1; close = bytes.indexOf(QUOTE, close + 1)) {
    let slashes = 0;
    while (bytes[close - 1 - slashes] === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return close + 1;
  }
  return bytes.length;
}

function skipValue(bytes: Uint8Array, at: number): number {
  let index = at;
  let depth = 0;
  for (;;) {
    const byte = bytes[index];
    if (byte === undefined) return index;
    if (byte === QUOTE) {
      index = skipString(bytes, index);
      if (depth === 0) return index;
      continue;
    }
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
      if (depth === 0) return index;
      if (--depth === 0) return index + 1;
    } else if (depth === 0 && (byte === COMMA || byte <= 0x20)) return index;
    index++;
  }
}

/** A member's name from its quoted bytes; escapes are decoded, since `"\u006e"` names the same member as `"n"`. */
export function decodeName(bytes: Uint8Array, start: number, end: number): string {
  // Not a TextDecoder, which would drop a byte order mark and so make another name of it.
  const inner = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8", start + 1, end - 1);
  return inner.includes("\\") ? String(JSON.parse(`"${inner}"`)) : inner;
}

/** The members of the object that opens at `open`, in order, duplicates included. */
export function membersOf(bytes: Uint8Array, open: number): MemberSpan[] {
  const members: MemberSpan[] = [];
  let index = skipBlank(bytes, open + 1);
  while (bytes[index] === QUOTE) {
    const afterName = skipString(bytes, index);
    const colon = skipBlank(bytes, afterName);
    if (bytes[colon] !== COLON) break;
    const valueStart = skipBlank(bytes, colon + 1);
    const valueEnd = skipValue(bytes, valueStart);
    members.push({ name: decodeName(bytes, index, afterName), start: index, valueStart, valueEnd });
    const next = skipBlank(bytes, valueEnd);
    if (bytes[next] !== COMMA) break;
    index = skipBlank(bytes, next + 1);
  }
  return members;
}
