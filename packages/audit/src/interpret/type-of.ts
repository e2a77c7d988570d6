import type { Value } from "../values/value.ts";

/** The JavaScript type of a value, where it is known. */
export function typeOf(value: Value): string | null {
  switch (value.k) {
    case "literal":
      return value.value === null ? "object" : typeof value.value;
    case "struct":
    case "list":
    case "instance":
    case "response":
    case "pending":
      return "object";
    case "principal":
      return value.path === "" || /^(?:session|user|auth|token|claims)$/.test(value.path) ? "object" : null;
    case "rows":
      return value.path === "" ? "object" : null;
    case "closure":
    case "class":
      return "function";
    case "derived":
      return value.op === "template" || value.op === "string" ? "string" : null;
    default:
      return null;
  }
}
