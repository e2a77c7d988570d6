import { nameOfRoot } from "../../knowledge/call.ts";
import type { Judged } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import type { Value } from "../../values/value.ts";

const FORGOTTEN =
  /forg[eo]t(?:ten)?[-_]?pass|forgot(?:ten)?(?:[-_/]|$)|(?:request|send|start|init\w*)[-_]?(?:password[-_]?)?(?:reset|recovery)|(?:password|account)[-_]?(?:reset|recovery)[-_/]?(?:request|link|mail|email)|recover[-_]?(?:password|account)/i;
const PERSON = /^(?:\w*_)?(?:users?|accounts?|members?|customers?|admins?|people|persons?|employees?)$/i;
const OPENS = /token|code|otp|pin|link|url|secret|key|password/i;

/** Whoever asks for a forgotten password is answered what was to be mailed, or all that is kept of the person; null where neither. */
export function resetAnswered(body: Value, one: Operation, { entry, project }: Judged): string | null {
  if (!FORGOTTEN.test(`${entry.path ?? ""} ${entry.name}`)) return null;
  if (one.facts.has("auth") || one.facts.has("capability")) return null;
  return (
    told(body, "", 0) ??
    toldOfUnseen(body, project.file(entry.file)?.text.slice(entry.node.start, entry.node.end) ?? "")
  );
}

/** `user.resetToken = makeToken(); user = await users.save(user); res.json({ user })`: what is not seen hands back all it was given. */
function toldOfUnseen(body: Value, text: string): string | null {
  if (body.k !== "struct" || !SETS.test(text)) return null;
  for (const [name, value] of body.props) {
    const held = value.k === "choice" ? (value.alternatives.at(-1)?.value ?? value) : value;
    if (!PERSON.test(name) || held.k !== "chain" || held.steps.at(-1)?.kind !== "call") continue;
    const named = held.steps.at(-2);
    const called = named?.kind === "member" ? named.name : nameOfRoot(held.root);
    if (/^(?:save|update|find|get|read|load|fetch|create|upsert)/.test(called) && !SHOWS.test(called))
      return `${name}, with the token that was just put on it,`;
  }
  return null;
}
/** `user.tempToken = …` */
const SETS =
  /\b(?:user|account|member|customer|admin|person|employee)\.\w*(?:[tT]oken|[cC]ode|[oO]tp|[sS]ecret)\w*\s*=(?!=)/;
const SHOWS = /public|safe|dto|view|profile|sanit/i;

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
