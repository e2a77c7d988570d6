import { inactiveEntitlement } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import { holds } from "../../values/holds.ts";
import { comparisons } from "../../values/query.ts";
import { clientOf } from "../../values/trust.ts";
import type { Place, Query, Value } from "../../values/value.ts";

const STATE =
  /(?:status|state|paid|active|expire\w*|expir\w*|ends?_?at|period_?end|current_?period\w*|cancel\w*|trial\w*|valid\w*|live|ended\w*|renews?\w*)$/i;
/** What a provider says of a payment. */
const ASKED =
  /(?:^|\.)(?:sessions|paymentIntents|payment_intents|charges|orders|payments|transactions|invoices)\.(?:retrieve|get|fetch|find)$/;
const LOOKED_AT =
  /payment_?status|\.status\b(?!\s*\()|[{,]\s*status\s*[,}]|\bpaid\b|\.state\b|amount_(?:received|paid)|succeeded|isPaid|isComplete/i;
const GRANTS =
  /plan|tier|seats|credits?$|premium|(?:^|_|is)pro$|subscri|entitle|licen[cs]e|paid|quota|features?$|lifetime/i;
const BOUGHT = /licen[cs]e|entitlement|subscription|purchase|enrol+ment|membership|credit/i;

/** Is something granted by a payment that the client names and that nobody saw to be made? */
export function grantedUnpaid({ entry, trace, project }: Judged, report: Report): void {
  const asked = trace.operations.find(
    (one) =>
      one.kind === "call" &&
      ASKED.test(one.path) &&
      one.args.some((arg) => clientOf(arg) !== null) &&
      !one.facts.has("signature"),
  );
  if (asked?.kind !== "call") return;
  const around = asked.within.at(-1);
  const text = [around, { file: entry.file, node: entry.node }]
    .map((place) => (place === undefined ? "" : textOf(place, project)))
    .join("\n");
  if (LOOKED_AT.test(text) || trace.operations.some((one) => one.kind === "call" && looksInto(one, asked.place)))
    return;
  const granted = trace.operations.find(
    (one) =>
      one.kind === "query" &&
      trace.operations.indexOf(one) > trace.operations.indexOf(asked) &&
      (grants(one.query) || isMadeOf(one.query, asked.place)),
  );
  if (granted !== undefined)
    report.violated(
      inactiveEntitlement,
      granted.place,
      "What was bought is given here, and whether it was paid is not looked at: to have begun a payment is enough.",
      granted,
    );
}

function textOf({ file, node }: Place, project: Judged["project"]): string {
  return project.file(file)?.text.slice(node.start, node.end) ?? "";
}

function grants({ verb, data, table }: Query): boolean {
  if (!/^(?:create|update|upsert)$/.test(verb) || data?.k !== "struct") return false;
  return BOUGHT.test(table) || [...data.props.keys()].some((name) => GRANTS.test(name) && !/id$/i.test(name));
}

/** `team.create({ data: { metadata: { paymentId: session.id } } })`: it is there because of that payment. */
function isMadeOf({ verb, data, table }: Query, asked: Place): boolean {
  return (
    verb === "create" &&
    data !== null &&
    !RECORDS.test(table) &&
    holds(data, (inner) => inner.k === "chain" && inner.place.node === asked.node)
  );
}
/** What is only remembered of a payment, in whatever state it is. */
const RECORDS = /payment|order|invoice|transaction|session|checkout|charge|event|log|audit|attempt|webhook|donation/i;

/** `assertPaid(session)`, `fulfil(session)`: code that is not seen is given the answer. */
function looksInto(one: Extract<Operation, { kind: "call" }>, asked: Place): boolean {
  return one.origin === "missing" && one.args.some((arg) => arg.k === "chain" && arg.place.node === asked.node);
}

/** Is the plan of a subscription what counts, whatever has become of it? Only where there may be several, or its state was fetched. */
export function planOfAny({ entry, trace, project }: Judged, report: Report): void {
  for (const one of trace.operations) {
    if (one.kind !== "query") continue;
    const { query } = one;
    if (query.verb !== "read" || !/subscription/i.test(query.table)) continue;
    if (comparisons(query.where).some(({ field }) => STATE.test(field))) continue;
    // With what orders it, which may stand after the call.
    const { file, node } = one.place;
    const text = project.file(file)?.text.slice(node.start, node.end + 80) ?? "";
    if (query.selected?.some((name) => STATE.test(name)) !== true && !/orderBy|order\s*:|sort\s*\(|desc\b/.test(text))
      continue;
    if (!trace.operations.some((other) => decidesByPlan(other, query, entry.kind === "function" ? entry.name : "")))
      continue;
    if (
      trace.operations.some((other) =>
        valuesOf(other).some((value) => looksAt(value, query) || (handsOn(other) && isWhole(value, query))),
      )
    )
      continue;
    report.violated(
      inactiveEntitlement,
      one.place,
      `The plan of whichever ${query.table} is found counts; whether it is active, paid or over is not looked at.`,
      one,
    );
    return;
  }
}

/** A list is asked by the plan, somebody is refused by it, or it is what a function about plans answers. */
function decidesByPlan(one: Operation, query: Query, name: string): boolean {
  if (one.kind === "pick") return holdsPlan(one.by, query);
  if (one.kind === "test")
    return one.denies !== "neither" && (one.asked ?? [one.value]).some((value) => holdsPlan(value, query));
  return (
    one.kind === "return" &&
    /plan|tier|limit|feature|entitle|quota|allow|access/i.test(name) &&
    !/summary|label|page|view|show|display|billing/i.test(name) &&
    one.value.k !== "struct" &&
    holdsPlan(one.value, query)
  );
}

function valuesOf(one: Operation): readonly Value[] {
  switch (one.kind) {
    case "test":
      return one.asked ?? [one.value];
    case "choose":
    case "return":
      return [one.value];
    case "compare":
      return [one.left, one.right];
    case "call":
      return [...one.args, one.result];
    case "respond":
      return one.body === null ? [] : [one.body];
    default:
      return [];
  }
}

function holdsPlan(value: Value, query: Query): boolean {
  return holds(
    value,
    (inner) => inner.k === "rows" && inner.query.id === query.id && /plan|tier|price|product|level/i.test(inner.path),
  );
}

function handsOn({ kind }: Operation): boolean {
  return kind === "call" || kind === "respond" || kind === "return";
}

function isWhole(value: Value, query: Query): boolean {
  return value.k === "rows" && value.query.id === query.id && value.path === "";
}

/** Its state is read, or the whole of it is handed to what may. */
function looksAt(value: Value, query: Query): boolean {
  const isState = (inner: Value): boolean =>
    inner.k === "rows" && inner.query.id === query.id && STATE.test(inner.path);
  return holds(
    value,
    (inner) =>
      isState(inner) ||
      (inner.k === "chain" &&
        ((inner.root.k === "rows" && inner.root.query.id === query.id) ||
          inner.steps.some(
            (step) => step.kind !== "member" && step.args.some((arg) => isState(arg) || isWhole(arg, query)),
          ))),
  );
}
