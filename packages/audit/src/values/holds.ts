import type { Value } from "./value.ts";

/** Values deeper inside one another than this are not looked at. */
const MAX_DEPTH = 8;
/** Nor are more than these, as of a router that was handed on whole. */
const MAX_VALUES = 1_000;

/** Is what is wanted the value itself, or somewhere inside it? What stands in several places is looked at once. */
export function holds(value: Value, wanted: (inner: Value) => boolean): boolean {
  if (wanted(value)) return true;
  let level = partsOf(value);
  const seen = new Set<Value>(level.length > 0 ? [value] : []);
  // Level by level, so that each is met where it stands highest.
  for (let depth = 1; depth <= MAX_DEPTH && level.length > 0; depth += 1) {
    const below: Value[] = [];
    for (const one of level) {
      if (seen.has(one)) continue;
      if (seen.size > MAX_VALUES) return false;
      seen.add(one);
      if (wanted(one)) return true;
      if (depth < MAX_DEPTH) below.push(...partsOf(one));
    }
    level = below;
  }
  return false;
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
