import type { Value } from "./value.ts";

/** Values deeper inside one another than this are not looked at. */
const MAX_DEPTH = 8;

/** Is what is wanted the value itself, or somewhere inside it? */
export function holds(value: Value, wanted: (inner: Value) => boolean, depth = 0): boolean {
  if (depth > MAX_DEPTH) return false;
  return wanted(value) || partsOf(value).some((inner) => holds(inner, wanted, depth + 1));
}

function partsOf(value: Value): readonly Value[] {
  switch (value.k) {
    case "derived":
      return value.args;
    case "choice":
      return value.alternatives.map((one) => one.value);
    case "list":
      return value.items;
    case "struct":
      return [...value.props.values(), ...value.spreads];
    case "pending":
      return [value.value];
    case "chain":
      return [value.root, ...value.steps.flatMap((step) => (step.kind === "member" ? [] : [...step.args]))];
    default:
      return [];
  }
}
