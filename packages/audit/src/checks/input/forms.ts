import type { Judged } from "../../rules/rule.ts";
import type { Value } from "../../values/value.ts";

/** Something that was sent as a form is stored. */
export function formIn({ trace }: Judged): boolean {
  return trace.operations.some((one) => one.kind === "query" && one.query.data !== null && holdsForm(one.query.data));
}

function holdsForm(value: Value, depth = 0): boolean {
  if (depth > 6) return false;
  if (value.k === "client")
    return value.part === "body" || (value.part === "arguments" && /formData|form/i.test(value.path));
  if (value.k === "struct") return [...value.props.values(), ...value.spreads].some((one) => holdsForm(one, depth + 1));
  return value.k === "choice" && value.alternatives.some((one) => holdsForm(one.value, depth + 1));
}
