import type { Extraction } from "../extract/extraction.ts";

/** What one provider's stream has said so far. Fed whole events; keeps at most one of them. */
export interface UsageReader {
  /** True when the event is the usage chunk that only our own `include_usage` brought about. */
  read(data: Uint8Array): boolean;
  /** Null until a usage block was seen. */
  extraction(): Extraction | null;
  /** The usage block is the final one, not an interim count. */
  complete(): boolean;
  /** The provider said that the answer is over. */
  finished(): boolean;
  /** The provider reported an error inside the stream. */
  errored(): boolean;
}

const BLANK = new Set([0x20, 0x09, 0x0a, 0x0d]);

function afterBlank(data: Uint8Array, from: number): number {
  let index = from;
  while (BLANK.has(data[index] ?? 0)) index++;
  return index;
}

const view = (data: Uint8Array): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength);

/**
 * Whether a member `name` with an object as its value stands anywhere in the event, without parsing it. Quotes inside
 * JSON strings are escaped, so text that merely speaks of such a member does not match.
 */
export function holdsObject(data: Uint8Array, name: string): boolean {
  const bytes = view(data);
  const quoted = `"${name}"`;
  for (let at = bytes.indexOf(quoted); at !== -1; at = bytes.indexOf(quoted, at + 1)) {
    const colon = afterBlank(bytes, at + quoted.length);
    if (bytes[colon] === 0x3a && bytes[afterBlank(bytes, colon + 1)] === 0x7b) return true;
  }
  return false;
}

export function holdsText(data: Uint8Array, text: string): boolean {
  return view(data).includes(text);
}

/** Undefined when the event is no JSON. */
export function parseEvent(data: Uint8Array): unknown {
  try {
    return JSON.parse(view(data).toString("utf8"));
  } catch {
    return undefined;
  }
}
