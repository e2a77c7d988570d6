import { partsOf } from "./trust.ts";
import type { Value } from "./value.ts";

const MAX_DEPTH = 7;

/** Whether a value, or anything it was made of, is of a kind. */
export function mentions(value: Value, is: (one: Value) => boolean, depth = 0): boolean {
  if (is(value)) return true;
  if (depth >= MAX_DEPTH) return false;
  switch (value.k) {
    case "derived":
    case "choice":
    case "struct":
    case "list":
    case "chain":
      return partsOf(value).some((part) => mentions(part, is, depth + 1));
    case "pending":
      return mentions(value.value, is, depth + 1);
    default:
      return false;
  }
}
