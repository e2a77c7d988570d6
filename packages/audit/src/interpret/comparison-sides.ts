import { isOwnerName, isTenantName } from "../knowledge/names.ts";
import type { Value } from "../values/value.ts";
import { lastName } from "./last-name.ts";

/** A column that says whose a row is. */
export function isWhose(path: string): boolean {
  return (
    isOwnerName(path) ||
    isTenantName(path) ||
    /(?:anonymous|visitor|guest|device|session|viewer)_?(?:id|key)$/i.test(path)
  );
}

/** `getAnonymousId()`: a function of the application that was given nothing by the client. */
export function isAskedElsewhere(value: Value): boolean {
  if (value.k === "choice") return value.alternatives.some((one) => isAskedElsewhere(one.value));
  return (
    value.k === "chain" &&
    value.root.k === "foreign" &&
    value.root.origin === "missing" &&
    value.steps[0]?.kind === "call" &&
    value.steps[0].args.length === 0
  );
}

/** `ADMIN_EMAIL` of a file that is not in the tree: somebody is named there by whoever runs the server. */
export function isSetAddress(value: Value): boolean {
  const name = value.k === "foreign" ? value.name : lastName(value);
  return (
    (value.k === "foreign" || (value.k === "chain" && value.root.k === "foreign")) &&
    /^[A-Z][A-Z0-9]*_[A-Z0-9_]*(?:EMAIL|ID|USER|ADMIN)S?$/.test(name)
  );
}
