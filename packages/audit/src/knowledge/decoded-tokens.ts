import { clientOf, isCredential } from "../values/trust.ts";
import { opaque, type Value } from "../values/value.ts";
import { nameOfRoot, type UnseenCall } from "./call.ts";

/** What a token says that nobody has verified: the client's word, where the client sent it. */
export function claimsOf(token: Value | undefined): Value {
  const held = token === undefined ? null : clientOf(token);
  return held === null ? opaque("claims") : { ...held, path: `${held.path}.claims`, checked: false };
}

/** `(await oauth.exchangeCode(code)).id_token` */
export function isOfProvider(value: Value): boolean {
  if (value.k === "pending") return isOfProvider(value.value);
  if (value.k !== "chain") return false;
  const last = value.steps.at(-1);
  return (
    last?.kind === "member" &&
    /^(?:id|access)_?token$/i.test(last.name) &&
    value.steps.some((step) => step.kind === "call")
  );
}

/** `JSON.parse(atob(token.split(".")[1]))`: a token taken apart by hand; null when it is none. */
export function takenApart({ machine, place }: UnseenCall, text: Value): Value | null {
  const token = middleOf(text, 0);
  if (token === null || machine.state === null || !isCredential(token)) return null;
  machine.record({ kind: "jwt-decode", value: token, place });
  return claimsOf(token);
}

/** What was split of which this is made of the middle, through what decodes it. */
function middleOf(value: Value, depth: number): Value | null {
  if (depth > 8) return null;
  if (value.k === "derived")
    return /^(?:bytes|string|replaced|atob|\+)$/.test(value.op) && value.args[0] !== undefined
      ? middleOf(value.args[0], depth + 1)
      : null;
  if (value.k === "choice") {
    for (const one of value.alternatives) {
      const found = middleOf(one.value, depth + 1);
      if (found !== null) return found;
    }
    return null;
  }
  if (value.k !== "chain") return null;
  const last = value.steps.at(-1);
  if (last?.kind === "member")
    return last.name === "1" && value.root.k === "derived" && value.root.op === "parts"
      ? (value.root.args[0] ?? null)
      : null;
  // `atob(part)`, `Buffer.from(part, "base64").toString()`, `base64url.decode(part)`
  const [given] = last?.args ?? [];
  return given !== undefined && /atob|base64|decode/i.test(nameOfRoot(value.root))
    ? middleOf(given, depth + 1)
    : value.root.k === "derived"
      ? middleOf(value.root, depth + 1)
      : null;
}
