import { wordsOf } from "../knowledge/names.ts";
import { unscopedQuery } from "../rules/catalogue.ts";
import type { Judged, Report } from "../rules/rule.ts";
import type { Operation } from "../trace/operation.ts";
import type { Facts } from "../values/facts.ts";
import { keyOf } from "../values/key.ts";
import { isCredential, trustOf } from "../values/trust.ts";
import type { Value } from "../values/value.ts";
import { describe } from "./describe-value.ts";
import { isPublicByDesign, isSensitive } from "./entry-kinds.ts";

type Call = Extract<Operation, { kind: "call" }>;
type ClientValue = Extract<Value, { k: "client" }>;

const READS = /^(?:get|fetch|load|find|list|search|query|read|retrieve|export|download|select|count)$/;
const NO_RECORD =
  /public|publish|template|plan|price|country|currency|locale|translation|config|schema|file|page|image|avatar|password|token|code|url|slug|email|invit|verif|session|oauth|webhook|health|feature|limit|log|track|analytic|metric|job|queue|cache|message/i;

/**
 * A function of the application that is given the client's id and nothing of the caller: neither who they are nor the
 * request. Whatever it does, it cannot ask whose that is; where nobody has asked before, nobody does.
 */
export function tenantOfCall(one: Operation, judged: Judged, report: Report): void {
  const { entry, trace } = judged;
  if (one.kind !== "call" || one.origin !== "missing" || !isSensitive(one) || entry.kind === "page") return;
  if (!one.facts.has("auth") || isLetGo(one.facts) || isPublicByDesign(entry, judged)) return;
  const words = wordsOf(one.name);
  if (NO_RECORD.test(one.name)) return;
  const given = one.args.flatMap(partsOf);
  if (given.some((arg) => knowsWhom(arg, one.facts))) return;
  const id = given.find((arg): arg is ClientValue => isId(arg, one.facts));
  if (id === undefined) return;
  // What is only read goes wrong where it is answered.
  if (READS.test(words[0] ?? "") && !trace.operations.some((other) => answers(other, one, id))) return;
  report.violated(
    unscopedQuery,
    one.place,
    `${one.name} is given ${describe(id)} and nothing of the caller: it cannot know whose that is, and nobody asked before.`,
    one,
  );
}

/** The values a call is given, those in an object one by one. */
function partsOf(value: Value): readonly Value[] {
  if (value.k === "struct")
    return [...value.props.values(), ...value.spreads].flatMap((one) =>
      one.k === "struct" ? [...one.props.values()] : [one],
    );
  return [value];
}

function knowsWhom(value: Value, facts: Facts): boolean {
  if (value.k === "request" || value.k === "opaque" || value.k === "instance" || value.k === "closure") return true;
  if (value.k === "principal" || isCredential(value)) return true;
  if (value.k === "rows" || value.k === "chain" || value.k === "choice")
    return trustOf(value, facts) !== null || value.k !== "choice";
  // Beside an id that is the caller's the other can be bound to it.
  return trustOf(value, facts) !== null;
}

/** An id of a record, which nothing has looked at for the caller. */
function isId(value: Value, facts: Facts): value is ClientValue {
  return (
    value.k === "client" &&
    (value.part === "params" || value.part === "body" || value.part === "query" || value.part === "arguments") &&
    /(?:^|\.|_)(?:id|ids|uuid)$|[a-z](?:Id|Ids|Uuid)$/.test(value.path) &&
    trustOf(value, facts) === null &&
    !facts.has(`open:ok:${keyOf(value)}`)
  );
}

/** Asked for more than to be known: what that reaches is not seen. */
function isLetGo(facts: Facts): boolean {
  if (facts.has("role") || facts.has("global") || facts.has("rls") || facts.has("capability") || facts.has("signature"))
    return true;
  for (const [name] of facts.entries()) if (name.startsWith("opaque:") || name.startsWith("row:")) return true;
  return false;
}

function answers(other: Operation, call: Call, id: ClientValue): boolean {
  const body = other.kind === "respond" ? other.body : other.kind === "return" ? other.value : null;
  return body !== null && trustOf(id, other.facts) === null && holds(body, call.result);
}

function holds(value: Value, wanted: Value, depth = 0): boolean {
  if (depth > 5) return false;
  if (value === wanted) return true;
  switch (value.k) {
    case "struct":
      return [...value.props.values(), ...value.spreads].some((one) => holds(one, wanted, depth + 1));
    case "list":
      return value.items.some((one) => holds(one, wanted, depth + 1));
    case "choice":
      return value.alternatives.some((one) => one.facts.size === 0 && holds(one.value, wanted, depth + 1));
    case "response":
      return value.body !== null && holds(value.body, wanted, depth + 1);
    case "pending":
      return holds(value.value, wanted, depth + 1);
    case "chain":
      return keyOf(value) === keyOf(wanted);
    default:
      return false;
  }
}
