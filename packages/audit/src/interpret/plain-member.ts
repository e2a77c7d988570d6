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

/** A field of what the client sent that is read and not called: it may be named as a method is, `text` or `sort`. */
export function fieldOf(value: Value, name: string): Value | null {
  return value.k === "client" &&
    (value.part === "body" || value.part === "query" || value.part === "arguments") &&
    NAMES.test(name)
    ? plainMember(value, name)
    : null;
}
const NAMES =
  /^(?:text|json|set|sort|filter|search|match|find|values|keys|join|replace|delete|append|shift|entries|add)$/;
