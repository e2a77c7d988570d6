import { clientsOf } from "../values/trust.ts";
import type { Value } from "../values/value.ts";

const NAMES = ["fields", "only", "allowed"];

/** `row.update(body, { fields: ["title"] })`: only those are written. Not `Object.keys(body)`: the client names those. */
export function namesFields(options: Value | undefined): boolean {
  if (options?.k !== "struct") return false;
  return NAMES.some((name) => {
    const fields = options.props.get(name);
    return fields !== undefined && clientsOf(fields).length === 0;
  });
}
