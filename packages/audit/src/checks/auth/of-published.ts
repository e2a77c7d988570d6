import { wordsOf } from "../../knowledge/names.ts";
import type { Judged } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import type { Facts } from "../../values/facts.ts";
import { comparisons } from "../../values/query.ts";
import { trustOf } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";

/** Done for what is there for everybody: `findPublished(id)` itself, what strangers add to it, and a guest's own order. */
export function isOfPublished(one: Operation, judged: Judged): boolean {
  if (one.kind === "call")
    return (
      one.origin === "missing" &&
      (saysPublished(one.name) ||
        (ADDS.test(one.name) && one.args.some(isPublished)) ||
        // `getOneOrThrow(flow.publishedVersionId)`: what a row that is open points at.
        (READS.test(one.name) &&
          one.args.some(({ k }) => k === "rows") &&
          one.args.every((arg) => arg.k === "rows" && one.facts.has(`open:row:${arg.query.id}`))))
    );
  return one.kind === "query" && isOfOrder(one.query.verb, one, judged);
}

/** `findPublished`, `getPublicProfile`, `listVisible`: not `publish` or `getPublicKey`. */
function saysPublished(name: string): boolean {
  const words = wordsOf(name);
  return (
    /^(?:find|get|load|fetch|list|read|by|search|query|one|all)$/.test(words[0] ?? "") &&
    words.some((word) => /^(?:published|public|publicly|listed|visible)$/.test(word)) &&
    !words.some((word) => /^(?:keys?|unpublished|private|drafts?)$/.test(word))
  );
}
const READS = /^(?:get|find|load|fetch|read|by)(?![a-z])/;
const ADDS =
  /^(?:add|create|submit|record|append|insert|save|store|register|answer|vote|rate|react|subscribe|like|view|count|track|increment|notify|send|enqueue|emit)(?![a-z])/;

function isPublished(value: Value): boolean {
  if (value.k === "struct") return [...value.props.values()].some(isPublished);
  if (value.k === "choice") return value.alternatives.some((one) => isPublished(one.value));
  return value.k === "chain" && value.steps.some((step) => step.kind === "member" && saysPublished(step.name));
}

/**
 * A guest buys in a shop that is open: what is made on the way is theirs, and what the shop has left is counted down.
 * Neither path nor name of the client's says whose.
 */
function isOfOrder(verb: string, one: Extract<Operation, { kind: "query" }>, { entry, trace }: Judged): boolean {
  if (verb !== "update" || !one.facts.has("open") || !BUYS.test(`${entry.path ?? ""} ${entry.name} ${entry.file}`))
    return false;
  const made = trace.operations.some((other) => other.kind === "query" && other.query.verb === "create");
  const by = comparisons(one.query.where).filter(({ op }) => op === "equal");
  return made && by.some(({ value }) => isOpenOrMade(value, one.facts));
}
const BUYS =
  /(?:^|[/\s_.-])(?:checkout|cart|basket|buy|purchase|book(?:ing)?s?|reserv\w+|orders?|tickets?|donat\w+|rsvp)(?:[/\s_.-]|$)/i;

function isOpenOrMade(value: Value, facts: Facts): boolean {
  return (
    value.k === "rows" &&
    (facts.has(`open:row:${value.query.id}`) || (value.query.verb === "create" && trustOf(value, facts) !== null))
  );
}
