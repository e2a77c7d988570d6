import { notIdempotent } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import { comparisons } from "../../values/query.ts";
import type { Query, Value } from "../../values/value.ts";

/** What somebody owns a number of, and could be given twice. */
const OWNED =
  /(?:balance|credits?|points|coins?|wallet|funds|earnings|cashback|allowance|gems|stock|inventory|payable|owed)(?:_?(?:cents|amount|total|left|available|remaining|used|balance))?$/i;
/** A number that is changed by so much, not set: `{ increment: n }`, `.increment("balance", n)`, `$inc`, `balance + n`. */
const BY_SO_MUCH =
  /\b(?:increment|decrement)\b|\$inc\b|\$\{[^}]{0,200}\}\s*[+-]\s*(?:\$\{|\d)|(?:balance|credits?|points|coins?)\w{0,40}["`]?\s*=\s*["`]?(?:\w+\.)?["`]?(?:balance|credits?|points|coins?)\w{0,40}["`]?\s*[+-]/i;
/** `creditsRenewedAt: { lt: month }`, `isNull(grantedAt)`. */
const IN_STATE =
  /\$?\b(?:lte?|gte?|not|ne|is(?:Not)?Null|whereNull|whereNot|onConflict\w*)\b\s*[:(]|\bis null\b|:\s*null\b/i;
/** What is only told about it, and does not keep it from being done again. */
const TOLD = /audit|activit|notification|(?:^|_)logs?$|mail|message|metric|analytic/i;
const ONCE =
  /^(?:set|setnx|setNX|add|sadd|acquire|lock|tryLock|once|claim|first|seen|isNew|reserve|begin|start|dedupe|remember|mark)/;

/** Is a number of somebody's raised or lowered each time the work runs? Queues run it again after a failure. */
export function repeatedGrants({ trace, project }: Judged, report: Report): void {
  for (const [at, one] of trace.operations.entries()) {
    if (one.kind !== "query" || (one.query.verb !== "update" && one.query.verb !== "upsert")) continue;
    const text = project.file(one.place.file)?.text ?? "";
    const { start, end } = one.place.node;
    // With what a builder adds to it after that call.
    const [more = ""] = text.slice(end, end + 400).split(/;|\n\s*(?:await|const|let|return|if|try|for|throw|\}|\n)/);
    const written = text.slice(start, end) + more;
    if (!BY_SO_MUCH.test(written) || !changesOwned(one.query, written)) continue;
    if (
      asksForState(one.query) ||
      IN_STATE.test(written) ||
      trace.operations.some((other, when) => keepsFromAgain(other, one.query, when < at))
    )
      continue;
    report.violated(
      notIdempotent,
      one.place,
      `A run that is repeated changes ${one.query.table} again: what was granted has to be remembered with it, under a key of its own.`,
      one,
    );
    return;
  }
}

function changesOwned({ data }: Query, written: string): boolean {
  if (data?.k === "struct" && data.props.size > 0) return [...data.props.keys()].some((name) => OWNED.test(name));
  return [...written.matchAll(/[A-Za-z_]\w*/g)].some(([name]) => OWNED.test(name));
}

/** `creditsRenewedAt: { lt: month }`: it is changed in one state only, and left in another. */
function asksForState({ where }: Query): boolean {
  return comparisons(where).some(({ field, op }) => {
    const last = field.slice(field.lastIndexOf(".") + 1);
    return op === "other" || !/(?:^|_)(?:id|key|slug|email|uuid)$|Id$|ID$/.test(last);
  });
}

/** A row that can be there but once, a state that one run alone changes, a lock, or an earlier run that was looked for. */
function keepsFromAgain(one: Operation, changed: Query, before: boolean): boolean {
  if (one.kind === "query")
    return (
      one.query.id !== changed.id &&
      ((one.query.verb === "create" && !TOLD.test(one.query.table)) ||
        (before && one.query.verb === "update" && asksForState(one.query)))
    );
  return (
    before &&
    one.kind === "test" &&
    one.denies === "yes" &&
    (one.asked ?? [one.value]).some((value) => wasDone(value, changed))
  );
}

function wasDone(value: Value, changed: Query, depth = 0): boolean {
  if (depth > 5) return false;
  switch (value.k) {
    // `if (await ledger.find(job.id)) return`, `if (payment.status !== "pending") return`.
    case "rows":
      return value.path !== "" || (value.query.table !== changed.table && (depth === 0 || value.query.verb !== "read"));
    case "derived":
      return value.args.some((arg) => wasDone(arg, changed, depth + 1));
    case "choice":
      return value.alternatives.some((one) => wasDone(one.value, changed, depth + 1));
    case "pending":
      return wasDone(value.value, changed, depth);
    case "chain":
      return value.steps.some((step) => step.kind === "member" && ONCE.test(step.name));
    default:
      return false;
  }
}
