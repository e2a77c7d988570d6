import { nameKind } from "../../knowledge/names.ts";
import type { Value } from "../../values/value.ts";
import { calledIn } from "./secret-names.ts";

/** The headers by which a request shows whose it is. */
const CREDENTIAL =
  /^(?:(?:proxy-)?authorization|(?:x-)?(?:api|app|access|auth|client|subscription|service|admin|private|secret|session)-?(?:key|token|secret)|x-[\w-]{1,40}-(?:api-?key|token|secret)|cookie)$/i;
const SCHEME = /^\s*(?:bearer|basic|token|apikey|api-key|bot|key|digest|shopify|klaviyo-api-key)\s/i;
const HIDDEN = /^(?:hash|hmac|concealed|length|boolean|typeof|!|keys|includes|is-type)$/;
const HIDES = /mask|redact|hide|conceal|obfuscat|censor|strip|omit|hash|fingerprint|last|prefix|short/i;

/** `log(JSON.stringify({ url, headers }))`, where one of the headers is the token that the request carries. */
export function loggedHeader(value: Value, depth = 0): string | null {
  if (depth > 8) return null;
  switch (value.k) {
    case "derived":
      return /^(?:template|\+|stringify|copy)$/.test(value.op) ? firstOf(value.args, depth) : null;
    case "struct":
      for (const [name, inner] of value.props) {
        if (CREDENTIAL.test(name) && carries(inner)) return `the header ${name.toLowerCase()}`;
        const found = loggedHeader(inner, depth + 1);
        if (found !== null) return found;
      }
      return firstOf(value.spreads, depth);
    case "list":
      return firstOf(value.items, depth);
    case "pending":
      return loggedHeader(value.value, depth + 1);
    default:
      return null;
  }
}

function firstOf(values: readonly Value[], depth: number): string | null {
  for (const value of values) {
    const found = loggedHeader(value, depth + 1);
    if (found !== null) return found;
  }
  return null;
}

/** `Bearer ${token}`: after the scheme's name comes what was looked up, opened or set; as it is, and not a mark in its place. */
function carries(value: Value): boolean {
  if (value.k !== "derived" || !/^(?:template|\+)$/.test(value.op)) return isCredential(value);
  const [scheme, ...rest] = value.args;
  return scheme?.k === "literal" && SCHEME.test(String(scheme.value)) && rest.some(isCredential);
}

function isCredential(value: Value): boolean {
  switch (value.k) {
    case "env":
    case "rows":
      return true;
    case "client":
      return !value.closed;
    case "pending":
      return isCredential(value.value);
    case "choice":
      return value.alternatives.some((one) => isCredential(one.value));
    case "derived":
      return !HIDDEN.test(value.op) && value.args.some(isCredential);
    case "chain": {
      const called = calledIn(value);
      return nameKind(called) !== "conceals" && !HIDES.test(called) && !cuts(value);
    }
    default:
      return false;
  }
}

/** `token.slice(0, 4)` */
function cuts({ steps }: Extract<Value, { k: "chain" }>): boolean {
  return steps.some(
    (step) =>
      step.kind === "member" && /^(?:slice|substring|substr|at|charAt|length|replace|replaceAll)$/.test(step.name),
  );
}
