import type { Value } from "./value.ts";

const MAX_DEPTH = 7;

/** Whether a value, or anything it was made of, is of a kind. */
export function mentions(value: Value, is: (one: Value) => boolean, depth = 0): boolean {
  if (is(value)) return true;
  if (depth >= MAX_DEPTH) return false;
  const inside = (one: Value): boolean => mentions(one, is, depth + 1);
  switch (value.k) {
    case "derived":
      return value.args.some(inside);
    case "choice":
      return value.alternatives.some((one) => inside(one.value));
    case "struct":
      return [...value.props.values()].some(inside) || value.spreads.some(inside);
    case "list":
      return value.items.some(inside);
    case "chain":
      return inside(value.root) || value.steps.some((step) => step.kind !== "member" && step.args.some(inside));
    case "pending":
      return inside(value.value);
    default:
      return false;
  }
}
