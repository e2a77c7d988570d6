import type { Facts } from "../../values/facts.ts";
import { keyOf } from "../../values/key.ts";
import { clientsOf } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";

export type Said = Extract<Value, { k: "client" }>;

/** What the client calls it: `isPro` of `input.isPro`. */
export function saidName(value: Said): string {
  return value.path.slice(value.path.lastIndexOf(".") + 1);
}

/** The same of a header without what every header begins with: `tier` of `x-account-tier`. */
export function claimedName(said: Said): string {
  return said.part === "header"
    ? saidName(said)
        .replace(/^(?:x-)?(?:(?:account|user|customer|org\w*|tenant|team|workspace|company|client|my|app)-)?/i, "")
        .replaceAll("-", "_")
    : saidName(said);
}

/** The client's word a test rests on, when it rests on nothing else. */
export function claimIn(value: Value, depth = 0): Said | null {
  if (depth > 6) return null;
  switch (value.k) {
    case "client":
      return value;
    case "derived": {
      // Of what type it is says nothing for them.
      if (value.args.some((arg) => arg.k === "derived" && arg.op === "typeof")) return null;
      // Compared with what the server knows it is a credential or an id, and no claim.
      const others = value.args.filter((arg) => claimIn(arg, depth + 1) === null);
      if (others.some((arg) => arg.k === "rows" || arg.k === "principal" || arg.k === "env")) return null;
      for (const arg of value.args) {
        const found = claimIn(arg, depth + 1);
        if (found !== null) return found;
      }
      return null;
    }
    case "choice":
      for (const one of value.alternatives) {
        const found = claimIn(one.value, depth + 1);
        if (found !== null) return found;
      }
      return null;
    default:
      return null;
  }
}

/** Does a value hold what the client said, or a part of it (`url.hostname`)? */
export function speaksOf(value: Value, said: Said): boolean {
  return clientsOf(value).some(
    (one) => one.part === said.part && (one.path === said.path || one.path.startsWith(`${said.path}.`)),
  );
}

/** Was it, or something made of it, handed to a function that throws at what may not be (`assertPublicHost(url.hostname)`)? */
export function isAsserted(said: Said, facts: Facts): boolean {
  const key = keyOf(said);
  for (const [name] of facts.entries()) if (name.startsWith("ok:") && name.includes(key)) return true;
  return false;
}
