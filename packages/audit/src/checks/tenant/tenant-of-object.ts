import { clientTenant, unscopedQuery } from "../../rules/catalogue.ts";
import { isTenantName } from "../../knowledge/names.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import { clientsOf, trustOf } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";
import { describe } from "../wording/describe-value.ts";

const COMMAND = /^(?:Get|Put|Delete|Head|Copy|RestoreObject)\w*ObjectCommand$|^(?:Get|Put|Delete|Head)ObjectCommand$/;
const QUEUE = /^(?:add|enqueue|send|publish|dispatch|trigger|schedule|push)$/;
const IS_QUEUE = /queue|jobs?\b|inngest|bull|worker|qstash|sqs|pubsub|tasks?\b/i;

/**
 * What is no row and belongs to somebody all the same: a file of a bucket that the client's key alone chooses, and work
 * that is queued for a tenant the client names. Whoever does the work trusts what it was handed.
 */
export function tenantOfObject(one: Operation, { entry }: Judged, report: Report): void {
  if (one.kind !== "call" || !one.facts.has("auth") || one.facts.has("role") || one.facts.has("opaque:scope")) return;
  const [first, second] = one.args;
  if (COMMAND.test(one.name) && first?.k === "struct") {
    const key = first.props.get("Key");
    if (key !== undefined && chosenAlone(key, one))
      report.violated(
        unscopedQuery,
        one.place,
        `A file is chosen by ${describe(key)} alone: the caller is known, and the file need not be theirs.`,
        one,
      );
  }
  if (QUEUE.test(one.name) && (IS_QUEUE.test(one.path) || IS_QUEUE.test(entry.file))) {
    const payload = [first, second].find((arg) => arg?.k === "struct");
    if (payload?.k !== "struct") return;
    for (const [name, value] of payload.props) {
      if (!isTenantName(name) || value.k !== "client" || trustOf(value, one.facts) !== null) continue;
      report.violated(
        clientTenant,
        one.place,
        `${describe(value)} says for which tenant the work is done, and nothing shows that the caller belongs there.`,
        one,
      );
      return;
    }
  }
}

/** The client's own text, with nothing of the caller before it. */
function chosenAlone(value: Value, one: Operation): boolean {
  if (trustOf(value, one.facts) !== null) return false;
  if (value.k === "client") return true;
  if (value.k === "derived" && /^(?:string|template|\+|trimmed)$/.test(value.op))
    return clientsOf(value).length > 0 && value.args.every((arg) => arg.k === "literal" || chosenAlone(arg, one));
  return value.k === "choice" && value.alternatives.some((each) => chosenAlone(each.value, one));
}
