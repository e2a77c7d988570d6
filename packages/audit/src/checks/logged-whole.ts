import type { EntryPoint } from "../entry-points/entry-point.ts";
import type { Value } from "../values/value.ts";

const TAKES_PASSWORD = /(?:log|sign)[-_ ]?(?:in|up)|register|password|credential|token|(?:^|\/)auth(?:\/|$)/i;

/** All headers, the credential among them; the body of a route that takes a password. */
export function loggedWhole(value: Value, entry: EntryPoint): string | null {
  if (value.k === "struct") {
    for (const inner of value.props.values()) {
      const found = loggedWhole(inner, entry);
      if (found !== null) return found;
    }
    return null;
  }
  if (value.k !== "client" || value.path !== "") return null;
  if (value.part === "header") return "every header, the credential among them,";
  return value.part === "body" && !value.checked && TAKES_PASSWORD.test(`${entry.path ?? ""} ${entry.name}`)
    ? "the body, the password in it,"
    : null;
}
