import type { Node } from "oxc-parser";
import { clientEntitlement, inactiveEntitlement } from "../../rules/catalogue.ts";
import type { Check, Judged, Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import { comparisons } from "../../values/query.ts";
import { clientsOf } from "../../values/trust.ts";
import { walk } from "../../syntax/walk.ts";
import type { Place, Query, Value } from "../../values/value.ts";
import { grantedUnpaid, planOfAny } from "./unpaid.ts";
import { unaskedKnown } from "./unasked-known.ts";
import { unaskedPlan } from "./unasked-plan.ts";
import { unaskedRead } from "./unasked-read.ts";
import { unaskedSetting } from "./unasked-setting.ts";
import { claimedName, claimIn, saidName, type Said } from "../wording/client-word.ts";

/** `paidBy`, `paid_for`, `paidAt` of an expense: who paid, for whom and when, and no level that is paid for. */
const ENTITLEMENT =
  /feature|entitle|premium|subscri|^(?:is|has)_?(?:pro|paid|premium|plus)|^plan$|^tier$|seats|quota|^isPro$|paid(?!_?(?:by|for|to|at|on|via|with|from|amount|date|method|through)(?:_?id)?(?![a-z]))|^add_?ons?$/i;
const PLAN = /^(?:plan|tier|plan_?name|plan_?tier|subscription_?(?:plan|tier|status))$/i;
/** What names a level that is paid for, where it stands alone. */
const LEVEL = /^(?:(?:is|has)_?(?:pro|paid|premium|plus|subscribed|subscription)|premium|paid)$/i;
const LIMITS = /plan|tier|limit|quota|allow|entitle|feature|credit|model|max/i;
/** Where a plan is chosen to be bought, or set by those who sell it. */
const SELLS =
  /checkout|billing|subscri|upgrade|purchase|pricing|payment|invoice|onboard|sign-?up|register|admin|stripe|webhook/i;
const UPGRADE =
  /\b402\b|PAYMENT_REQUIRED|upgrade|premium|\bpro\b|paid (?:plan|feature)|subscription (?:is )?required|active subscription/i;

/** Does the client say what it has paid for, or is a subscription taken for paid whatever its state? */
export const entitlement: Check = {
  requirement: "entitlement",
  run(judged, report) {
    const { entry, trace } = judged;
    const sells = SELLS.test(`${entry.path ?? ""} ${entry.name} ${entry.file}`) || trace.operations.some(opensCheckout);
    for (const one of trace.operations) {
      // What a provider signed is the provider's word.
      if (one.facts.has("signature")) continue;
      const said = saidToBePaid(one, judged, sells);
      if (said !== null)
        report.violated(
          clientEntitlement,
          one.place,
          `${said.path} comes from the client, and decides what it has paid for.`,
          one,
        );
      if (one.kind === "return") answered(one, judged, report);
    }
    grantedUnpaid(judged, report);
    planOfAny(judged, report);
    unaskedPlan(judged, report);
    unaskedRead(judged, report);
    unaskedSetting(judged, report);
    unaskedKnown(judged, report);
    if (!sells) present(judged, report);
  },
};

function saidToBePaid(one: Operation, { entry }: Judged, sells: boolean): Said | null {
  const known = entry.kind !== "function";
  switch (one.kind) {
    case "test":
      if (one.denies === "neither") return null;
      for (const value of one.asked ?? [one.value]) {
        const said = clientsOf(value).find(
          (each) => ENTITLEMENT.test(saidName(each)) && !(sells && /seats/i.test(saidName(each))),
        );
        if (said !== undefined && claimIn(value) !== null && isSent(said, known)) return said;
      }
      return null;
    case "compare": {
      if (sells) return null;
      const said = [one.left, one.right].map(withDefault).find((side) => side !== null) ?? null;
      const plan = [one.left, one.right].find((side) => side.k === "literal");
      return said !== null &&
        isSent(said, true) &&
        PLAN.test(claimedName(said)) &&
        plan?.k === "literal" &&
        typeof plan.value === "string" &&
        !/^(?:all|any|none|)$/i.test(plan.value)
        ? said
        : null;
    }
    case "choose": {
      if (sells || entry.kind === "page") return null;
      const said = claimIn(one.value);
      return said !== null && isSent(said, known) && LEVEL.test(claimedName(said)) ? said : null;
    }
    case "pick": {
      const said = withDefault(one.by);
      return !sells && said !== null && isSent(said, known) && PLAN.test(claimedName(said)) && LIMITS.test(one.table)
        ? said
        : null;
    }
    default:
      return null;
  }
}

/** `plan`, and `plan ?? "free"`. */
function withDefault(value: Value): Said | null {
  if (value.k === "client") return value;
  if (value.k !== "choice" || value.alternatives.some((one) => one.value.k !== "client" && one.value.k !== "literal"))
    return null;
  return value.alternatives.map((one) => one.value).find((one) => one.k === "client") ?? null;
}

/** Chosen by the client, in a place where code reads what it wants and not who it is. */
function isSent(said: Said, known: boolean): boolean {
  return (
    said.part === "body" || said.part === "header" || said.part === "query" || (known && said.part === "arguments")
  );
}

/** What is bought names its plan. */
function opensCheckout(one: Operation): boolean {
  return one.kind === "call" && /checkout|billing_?portal|subscriptions\.create/i.test(one.path);
}

/** What a function that answers whether something may be used rests on. */
function answered(one: Extract<Operation, { kind: "return" }>, { entry }: Judged, report: Report): void {
  const table = boughtRow(one.value);
  if (
    table !== null &&
    /^(?:is|has|can|may|check|verify|get|allowed)/.test(entry.name.slice(entry.name.lastIndexOf(".") + 1))
  ) {
    report.violated(
      inactiveEntitlement,
      one.place,
      `That there is a row of ${table} is the answer; whether it is active, paid or over is not looked at.`,
      one,
    );
  }
  if (!/entitle|feature|access|allowed|canUse|isPro|premium|plan/i.test(entry.name)) return;
  const said = clientsOf(one.value).find((each) => ENTITLEMENT.test(saidName(each)));
  if (said !== undefined)
    report.violated(
      clientEntitlement,
      writtenDown(one, entry.node),
      `${said.path} comes from the client, and is the answer.`,
      one,
    );
}

/** `const hasFeature = req.body.hasFeature; return hasFeature`: where the client's word was taken. */
function writtenDown({ place }: Operation, within: Node): Place {
  const answer = place.node.type === "ReturnStatement" ? place.node.argument : place.node;
  if (answer === null) return place;
  const [named, ...more] = [...walk(answer)].filter((node) => node.type === "Identifier");
  if (named?.type !== "Identifier" || more.length > 0) return place;
  for (const node of walk(within)) {
    if (node.type === "VariableDeclarator" && node.id.type === "Identifier" && node.id.name === named.name)
      return { file: place.file, node };
  }
  return place;
}

/** `if (!subscription) return 402`, and nothing else of it is ever looked at. */
function present({ trace, project }: Judged, report: Report): void {
  for (const one of trace.operations) {
    if (one.kind !== "test" || one.denies !== "yes" || one.value.k !== "derived" || one.value.op !== "!") continue;
    const query = boughtQuery(one.value);
    if (query === null) continue;
    const text = project.file(one.place.file)?.text ?? "";
    const refusal = one.consequent === null ? "" : text.slice(one.consequent.start, one.consequent.end);
    if (!UPGRADE.test(refusal) || looksAtState(text, one.place.node.start)) continue;
    report.violated(
      inactiveEntitlement,
      fromLookUp(query.place, one.place, text),
      `That there is a row of ${query.table} is enough to go on; whether it is active, paid or over is not looked at.`,
      one,
    );
  }
}

/** Does what follows ask for its state? */
function looksAtState(text: string, from: number): boolean {
  return /\.(?:status|state|active|isActive|expires\w*|expired|current_?period_?end|currentPeriodEnd|ends?_?at|endDate|cancel\w*|paid\w*|trial\w*|valid\w*)\b/i.test(
    text.slice(from, from + 4_000),
  );
}

/** The look-up and the test that comes right after it are one: neither asks for the state. */
function fromLookUp(query: Place, test: Place, text: string): Place {
  if (query.file !== test.file || query.node.end > test.node.start) return test;
  const between = text.slice(query.node.end, test.node.start);
  return /^[\s;)]*(?:if\s*\()?$/.test(between) ? { ...query, node: { ...query.node, end: test.node.end } } : test;
}

function boughtRow(value: Value): string | null {
  return boughtQuery(value)?.table ?? null;
}

/** `subscription !== null`, `!!subscription`, `!subscription`: the look-up of a row whose mere presence decides. */
function boughtQuery(value: Value): Query | null {
  if (value.k !== "derived" || !/^(?:!==|!=|boolean|!)$/.test(value.op)) return null;
  const [subject, other] = value.args;
  if (other !== undefined && !(other.k === "literal" && (other.value === null || other.value === undefined)))
    return null;
  if (subject === undefined) return null;
  if (subject.k === "derived" && value.op === "!") return boughtQuery({ ...value, op: "boolean", args: subject.args });
  if (subject.k !== "rows" || subject.path !== "" || subject.query.verb !== "read") return null;
  if (!/subscription|entitlement|licen[cs]e|membership_?plan/i.test(subject.query.table)) return null;
  return comparisons(subject.query.where).some(({ field }) =>
    /status|active|expire|end|valid|period|cancel|paid/i.test(field),
  )
    ? null
    : subject.query;
}
