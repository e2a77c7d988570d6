import type { Judged } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import type { Value } from "../../values/value.ts";

const FORGOTTEN =
  /forg[eo]t(?:ten)?[-_]?pass|forgot(?:ten)?(?:[-_/]|$)|(?:request|send|start|init\w*)[-_]?(?:password[-_]?)?(?:reset|recovery)|(?:password|account)[-_]?(?:reset|recovery)[-_/]?(?:request|link|mail|email)|recover[-_]?(?:password|account)/i;
const PERSON = /^(?:\w*_)?(?:users?|accounts?|members?|customers?|admins?|people|persons?|employees?)$/i;
const OPENS = /token|code|otp|pin|link|url|secret|key|password/i;

/** Whoever asks for a forgotten password is answered what was to be mailed, or all that is kept of the person; null where neither. */
export function resetAnswered(body: Value, one: Operation, { entry }: Judged): string | null {
  if (!FORGOTTEN.test(`${entry.path ?? ""} ${entry.name}`)) return null;
  if (one.facts.has("auth") || one.facts.has("capability")) return null;
  return told(body, "", 0);
}

function told(value: Value, name: string, depth: number): string | null {
  if (depth > 6) return null;
  switch (value.k) {
    case "rows":
      return value.path === "" && PERSON.test(value.query.table) && value.query.selected === null
        ? `Everything that is kept of each of ${value.query.table}`
        : null;
    case "struct":
      return first([
        ...[...value.props].map(([inner, held]) => told(held, inner, depth + 1)),
        ...value.spreads.map((held) => told(held, "", depth + 1)),
      ]);
    case "choice":
      return first(value.alternatives.map((held) => told(held.value, name, depth + 1)));
    case "pending":
      return told(value.value, name, depth + 1);
    case "derived":
      if (value.op === "random" || value.op === "token")
        return OPENS.test(name) ? `${name}, which opens the account,` : null;
      return /^(?:string|template|\+|copy|JSON)$/.test(value.op)
        ? first(value.args.map((held) => told(held, name, depth + 1)))
        : null;
    default:
      return null;
  }
}

function first(found: readonly (string | null)[]): string | null {
  return found.find((one) => one !== null) ?? null;
}
