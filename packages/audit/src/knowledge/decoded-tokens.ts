import { clientOf, isCredential } from "../values/trust.ts";
import { opaque, type Value } from "../values/value.ts";
import { nameOfRoot, type UnseenCall } from "./call.ts";

/** What a token says that nobody has verified: the client's word, where the client sent it. */
export function claimsOf(token: Value | undefined): Value {
  const held = token === undefined ? null : clientOf(token);
  return held === null ? opaque("claims") : { ...held, path: `${held.path}.claims`, checked: false };
}

/** `(await oauth.exchangeCode(code)).id_token`: asked of a provider, and not read of the request. */
export function isOfProvider(value: Value): boolean {
  if (value.k === "pending") return isOfProvider(value.value);
  if (value.k !== "chain") return false;
  const last = value.steps.at(-1);
  if (last?.kind !== "member" || !/^(?:id|access)_?token$/i.test(last.name)) return false;
  const end = value.steps.findLastIndex((step) => step.kind === "call");
  if (end === -1) return false;
  const before = value.steps.slice(0, end + 1);
  const args = before.flatMap((step) => (step.kind === "member" ? [] : [...step.args]));
  const names = [nameOfRoot(value.root), ...before.flatMap((step) => (step.kind === "member" ? [step.name] : []))];
  if (names.some((name) => EXCHANGES.test(name))) return !args.some((arg) => bringsRequest(arg, 1));
  const asked = [...names, ...args.map(addressOf)].some((name) => ASKS_PROVIDER.test(name));
  return asked && !args.some((arg) => bringsRequest(arg, 4));
}
const EXCHANGES = /exchange|callback|grant|authori[sz]ation_?code|refresh/i;
const ASKS_PROVIDER = /token|oauth|oidc|openid/i;

/** `axios.post("https://provider.example/oauth/token", …)`, `axios.post(TOKEN_URL, …)`. */
function addressOf(arg: Value): string {
  if (arg.k === "literal" && typeof arg.value === "string") return arg.value;
  return arg.k === "foreign" || arg.k === "env" ? arg.name : "";
}

/** The request itself, all of its body, or what is made of them: whatever is read of it is the client's word. */
function bringsRequest(value: Value, depth: number): boolean {
  if (value.k === "request" || value.k === "response-writer") return true;
  if (value.k === "client") return value.path === "" && value.part === "body";
  if (depth === 0) return false;
  if (value.k === "pending") return bringsRequest(value.value, depth);
  if (value.k === "struct")
    return [...value.props.values(), ...value.spreads].some((one) => bringsRequest(one, depth - 1));
  if (value.k !== "chain" || depth === 1) return false;
  return (
    bringsRequest(value.root, depth - 1) ||
    value.steps.some((step) => step.kind !== "member" && step.args.some((arg) => bringsRequest(arg, depth - 1)))
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
