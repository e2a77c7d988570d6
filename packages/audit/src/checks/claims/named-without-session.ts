import { clientIdentity } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import { isCredential } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";

type ClientValue = Extract<Value, { k: "client" }>;

/** Who somebody is, or for whom they act; not what strangers are told apart by: `guestId`, `deviceId`, `email`. */
const PERSON =
  /(?:^|[._-])(?:(?:user|account|member|owner|person|actor|profile|employee|customer|org|organi[sz]ation|tenant|team|workspace|impersonate)[_-]?(?:id|uid|uuid|sub)|uid|sub|user)$/i;
const ID = /^(?:\w+_?)?id$|^sub$|^uid$|^user$/i;
const VOUCHED = ["auth", "role", "signature", "shared-secret", "capability", "opaque:auth", "global"];

/**
 * `session?.user ?? { id: body.userId }`: where nobody has signed in, whomever the client names is taken for the caller.
 * Found where the one that is named does something in the end.
 */
export function namedWithoutSession({ trace, entry }: Judged, report: Report): void {
  if (entry.kind === "job" || entry.kind === "function") return;
  for (const [at, one] of trace.operations.entries()) {
    if (one.kind !== "fallback" || !isCaller(one.left) || VOUCHED.some((name) => one.facts.has(name))) continue;
    const said = namedBy(one.right);
    if (said === null || !trace.operations.slice(at).some(doesSomething)) continue;
    // `if (isFromOutside && !session) refuse()`: only calls of the server's own come as far without one.
    if (trace.operations.slice(0, at).some(asksCaller)) continue;
    report.violated(
      clientIdentity,
      one.place,
      `Where nobody has signed in, ${said.path} of the client says who is calling.`,
      one,
    );
    return;
  }
}

function doesSomething(one: Operation): boolean {
  return one.kind === "query" || (one.kind === "call" && one.origin === "missing");
}

function asksCaller(one: Operation): boolean {
  return one.kind === "test" && one.denies === "yes" && (one.asked ?? [one.value]).some((value) => isAbsence(value));
}

function isAbsence(value: Value): boolean {
  return isCaller(value) || (value.k === "derived" && value.op === "!" && value.args.some(isAbsence));
}

function isCaller(value: Value): boolean {
  if (value.k === "choice") {
    const all = value.alternatives.filter(({ value: one }) => one.k !== "literal");
    return all.length > 0 && all.every(({ value: one }) => isCaller(one));
  }
  return (
    value.k === "principal" &&
    (value.path === "" || /(?:^|\.)(?:user|id|userId|user_id|uid|sub|session|account|member)$/.test(value.path))
  );
}

function namedBy(value: Value, depth = 0): ClientValue | null {
  if (depth > 4) return null;
  switch (value.k) {
    case "client":
      return value.part !== "params" && PERSON.test(value.path) && !isCredential(value) ? value : null;
    case "derived":
      return /^(?:string|number)$/.test(value.op) && value.args[0] !== undefined
        ? namedBy(value.args[0], depth + 1)
        : null;
    case "choice":
      for (const one of value.alternatives) {
        if (VOUCHED.some((name) => one.facts.has(name))) continue;
        const found = namedBy(one.value, depth + 1);
        if (found !== null) return found;
      }
      return null;
    case "struct":
      for (const [name, inner] of value.props) {
        const found = ID.test(name) ? namedBy(inner, depth + 1) : null;
        if (found !== null) return found;
      }
      return null;
    default:
      return null;
  }
}
