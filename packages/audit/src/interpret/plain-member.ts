import { UNDEFINED, type Value } from "../values/value.ts";

/** A member of a value whose parts are known, without learning anything; null when they are not. */
export function plainMember(value: Value, name: string): Value | null {
  switch (value.k) {
    case "struct": {
      const found = value.props.get(name);
      if (found !== undefined) return found;
      return value.spreads.length === 0 ? UNDEFINED : null;
    }
    case "literal":
      return UNDEFINED;
    case "principal":
    case "rows":
    case "client":
      return { ...value, path: value.path === "" ? name : `${value.path}.${name}` };
    case "choice": {
      const alternatives = value.alternatives.map((one) => ({ value: plainMember(one.value, name), facts: one.facts }));
      if (alternatives.some((one) => one.value === null)) return null;
      return {
        k: "choice",
        alternatives: alternatives.map((one) => ({ value: one.value ?? UNDEFINED, facts: one.facts })),
      };
    }
    default:
      return null;
  }
}
