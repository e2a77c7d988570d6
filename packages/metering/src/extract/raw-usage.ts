import { isObject } from "../json.ts";
import type { RawUsage } from "./extraction.ts";

// Bounds of what is kept: the largest usage block on record has about 60 scalars.
const MOST_ENTRIES = 100;
const LONGEST_STRING = 64;

/** Numbers and short strings of a usage block, flattened. Nothing else of an answer is ever kept. */
export function rawUsage(usage: unknown): RawUsage {
  const kept: Record<string, number | string> = Object.create(null);
  let entries = 0;
  const keep = (value: unknown, path: string, depth: number): void => {
    if (entries >= MOST_ENTRIES || depth > 4) return;
    if (typeof value === "number" && Number.isFinite(value)) {
      entries++;
      kept[path] = value;
    } else if (typeof value === "string") {
      entries++;
      kept[path] = value.slice(0, LONGEST_STRING);
    } else if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) keep(item, `${path}.${index}`, depth + 1);
    } else if (isObject(value)) {
      for (const [name, item] of Object.entries(value)) {
        if (/^\w{1,64}$/.test(name) && name !== "__proto__")
          keep(item, path === "" ? name : `${path}.${name}`, depth + 1);
      }
    }
  };
  keep(usage, "", 0);
  return kept;
}
