import { decodeName, skipBlank, skipString } from "./json-spans.ts";

/** Deeper nesting than any documented request needs. */
export const MAX_DEPTH = 100;

export type NameFault = { readonly kind: "duplicate" | "proto" | "depth"; readonly name: string };

/**
 * Walks the structure of a JSON document that `JSON.parse` has accepted, and answers the first member name that
 * stands twice in one object, is `__proto__`, or lies too deep. Two parsers may read such a document differently,
 * and then what was bounded is not what is billed.
 */
export function findNameFault(bytes: Uint8Array, duplicates: boolean): NameFault | null {
  const open: (Set<string> | null)[] = [];
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index];
    if (byte === 0x7b || byte === 0x5b) {
      if (open.length === MAX_DEPTH) return { kind: "depth", name: "" };
      open.push(byte === 0x7b ? new Set() : null);
    } else if (byte === 0x7d || byte === 0x5d) {
      open.pop();
    } else if (byte === 0x22) {
      const end = skipString(bytes, index);
      const names = open[open.length - 1];
      if (names !== null && names !== undefined && bytes[skipBlank(bytes, end)] === 0x3a) {
        const name = decodeName(bytes, index, end);
        if (name === "__proto__") return { kind: "proto", name };
        if (duplicates && names.has(name)) return { kind: "duplicate", name };
        names.add(name);
      }
      index = end - 1;
    }
  }
  return null;
}
