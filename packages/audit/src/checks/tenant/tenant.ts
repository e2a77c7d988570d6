import { isNarrowedByUnseen } from "../doubts/narrowed-by-unseen.ts";
import { isDoubted } from "../doubts/doubted.ts";
import type { Node } from "oxc-parser";
import { EITHER } from "../../interpret/either.ts";
import { isOfferedToAll, isOpen } from "../../interpret/is-open.ts";
import { knowsTenants } from "../../knowledge/staff.ts";
import { isOwnerName, isTenantName } from "../../knowledge/names.ts";
import { clientIdentity, clientTenant, unboundChild, unscopedList, unscopedQuery } from "../../rules/catalogue.ts";
import type { Check, Judged, Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import type { Facts } from "../../values/facts.ts";
import { comparisons, type Condition, type Query } from "../../values/query.ts";
import { clientsOf, isCapability, isCredential, isOpenTo, scopeOf, trustOf } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";
import { isPublicTable, isTenantTable, isWebhook, isScheduled } from "../entry/entry-kinds.ts";
import { isPublicByDesign } from "../openness/public-by-design.ts";
import { created, handedOver } from "./tenant-of-created.ts";
import { isOwnedBeside, isScopedBeside } from "./scoped-beside.ts";
import { isForStrangersToo } from "../openness/for-strangers-too.ts";
import { isGlobalRole } from "./global-role.ts";
import { isKnownBeside } from "./known-on-the-way.ts";
import { isConfinedBeside } from "./confined-beside.ts";
import { isConfined } from "./confined.ts";
import { countsPeople, onlyCounts } from "../openness/counted.ts";
import { isSpent } from "../openness/spent-rows.ts";
import { decidedByRow } from "../openness/decided-by-row.ts";
import { describe } from "../wording/describe-value.ts";
import { destroyedOutside } from "./destroyed-outside.ts";
import { lookedUp } from "./looked-up.ts";
import { changesRow, takesCallerForGranted } from "../openness/taken-for-granted.ts";
import { isScopedDespite } from "./guarded-and-scoped.ts";
import { EVERYBODYS, isSharedByAll } from "./shared-by-all.ts";
import { BY_LINK, isOpenByLink } from "./open-by-link.ts";
import { isOfTheServer } from "./of-the-server.ts";
import { done, isReadByName, nameOf } from "../wording/query-words.ts";
import { isTheirsOrAllowed } from "./theirs-or-allowed.ts";
import { isOfUnseenTenant } from "./unseen-tenant.ts";
import { isFoundUnderName } from "./found-under-name.ts";
import { isCopied, isUsed } from "../openness/shown-rows.ts";
import { isUnlikeBeside } from "./unlike-beside.ts";
import { unaskedPredicate } from "./asked-by-predicate.ts";
import { tenantOfCall } from "./tenant-of-call.ts";
import { tenantOfObject } from "./tenant-of-object.ts";
import { returnedState } from "./returned-state.ts";
import { tenantOfJob } from "./tenant-of-job.ts";

type QueryOperation = Extract<Operation, { kind: "query" }>;

/** Is every row that is read or changed shown to be the caller's? */
export const tenant: Check = {
  requirement: "tenant",
  run(judged, told) {
    const { entry, trace } = judged;
    const report = onceAtEach(told);
    if (entry.kind === "job") return tenantOfJob(judged, report);
    if (entry.kind === "function" || entry.kind === "middleware" || isWebhook(judged)) return;
    if (isScheduled(judged) && !trace.operations.some((one) => one.facts.get("auth")?.sure === true)) return;
    destroyedOutside(judged, report);
    returnedState(judged, report);
    for (const one of trace.operations) {
      tenantOfObject(one, judged, report);
      tenantOfCall(one, judged, report);
      unaskedPredicate(one, judged, report);
      if (one.kind === "call") handedOver(one, judged, report);
      if (one.kind !== "query") continue;
      if (!one.facts.has("auth") && isPublicByDesign(entry, judged)) continue;
      // Of a resolver that asks nobody, what shields it is not seen, nor whether what it answers is for everybody.
      if (entry.framework === "graphql" && !one.facts.has("auth")) continue;
      if (
        !isKnown(one.facts) &&
        !isKnownBeside(one, trace.operations) &&
        !isConfinedBeside(one, judged) &&
        !(changesRow(one) && takesCallerForGranted(judged) && !isPublicByDesign(entry, judged))
      )
        continue;
      // A delivery whose sender was verified speaks for its sender, and a server with the secret for all tenants.
      if (one.facts.has("signature") && !one.facts.has("auth")) continue;
      if (!isKnown(one.facts) && isForStrangersToo([one], judged)) continue;
      if (isOfScheduler(one) && one.query.verb === "list" && !isOfCaller(trace.operations)) continue;
      if (isSpent(one, judged)) continue;
      judge(one, judged, report);
    }
  },
};

/** `{ lastAccessedAt: new Date() }` */
function isTouch(data: Value | null): boolean {
  return (
    data?.k === "struct" &&
    data.props.size > 0 &&
    data.spreads.length === 0 &&
    [...data.props.keys()].every((name) =>
      /^last_?(?:accessed|seen|viewed|visited|opened|read|used|active)_?(?:at|on|time)?$/i.test(name),
    )
  );
}

/** What is wrong with a statement in two ways is one thing to mend. */
function onceAtEach(report: Report): Report {
  const places = new Map<Node, Set<string>>();
  return {
    ...report,
    violated(rule, place, message, operation) {
      const group = rule.id.slice(0, rule.id.indexOf("/"));
      const told = places.get(place.node) ?? new Set();
      places.set(place.node, told);
      if (told.has(group)) return;
      told.add(group);
      report.violated(rule, place, message, operation);
    },
  };
}

/** Somebody is known here: without that, the missing question is the finding, and not this one. */
function isKnown(facts: Facts): boolean {
  return facts.has("auth") || facts.has("opaque:auth");
}

/** By what rows are sorted, and not by what one of them is found. */
const SORTS =
  /(?:^|\.)(?:status|state|type|kind|category|locale|language|search|name|title|active|enabled|archived|created_?at|updated_?at|date|order|sort|page|limit|take|skip|offset)$/i;

/** `{ _id: params.inviteId, projectId: params.projectId }`: bound to what stands above it in the path. */
function isUnderParent(where: Condition | null): boolean {
  return comparisons(where).some(
    ({ field, value }) =>
      value.k === "client" &&
      value.part === "params" &&
      /(?:^|[._])(?:project|team|workspace|org|organi[sz]ation|tenant|company|account|space|group|board|channel|room)_?id$/i.test(
        field,
      ),
  );
}

/** `hasCronSecret(request)`: who calls works for all tenants. */
function isOfScheduler({ facts }: QueryOperation): boolean {
  return /cron|schedul|internal|system/i.test(facts.get("shared-secret")?.why ?? "");
}

/** Somebody in person is asked about. */
function isOfCaller(operations: readonly Operation[]): boolean {
  return operations.some(
    (one) => one.kind === "query" && comparisons(one.query.where).some(({ value }) => value.k === "principal"),
  );
}

/** What a database says of its own tables is no row of anybody's. */
const OF_DATABASE = /^(?:information_schema|performance_schema|pg_\w+|sqlite_\w+|sys)(?:\.|$)/i;

function judge(operation: QueryOperation, judged: Judged, report: Report): void {
  const one = withinTenants(operation, judged);
  const { query, facts } = one;
  if (OF_DATABASE.test(query.table)) return;
  if (query.verb === "create" || query.verb === "upsert" || query.verb === "update") created(one, judged, report);
  if (query.verb === "create") return;
  const trust = scopeOf(query.where, facts);
  if (trust === "sure") return report.proved();
  if (trust === "presumed")
    return report.unknown(`that the rows of ${nameOf(query)} are the caller's is taken from a name`);
  if (query.rights === "user") return report.unknown(`the rows of ${nameOf(query)} are left to row level security`);
  if (facts.has("global")) return report.unknown("the server's own administrator was asked for");
  if (isConfined(one, judged)) return report.unknown(`the rows of ${nameOf(query)} are left to row level security`);
  if (judged.entry.kind === "page" && isFoundElsewhere(query, judged))
    return report.unknown("code that is not seen is told the same identifier, and may ask for the session itself");
  if (query.verb === "read" && decidedByRow(judged)?.tables.has(query.table) === true)
    return report.unknown(`what the row of ${nameOf(query)} says was asked of the caller`);
  const vouched = vouchedFor(query, facts);
  if (vouched !== null && !isScopedDespite(vouched, one, judged)) return report.unknown(vouched);
  if (isCapability(query)) return;
  const chosen = chosenBy(query.where, facts);
  // `or(eq(boards.isPublic, true), eq(boards.creatorId, me), inArray(boards.id, sharedWithMe))`
  if (isRead(query) && query.where?.kind === "any" && isOpen(query.where, facts)) return;
  // `where({ status: req.query.status })` picks out nobody's row; `find(id ? { id } : {})` picks one of all there are.
  if (chosen.length === 0 || isOfAll(query) || (query.verb === "list" && chosen.every(([field]) => SORTS.test(field))))
    return unconfined(one, judged, report);
  if (judged.entry.kind === "handler" && facts.has("unmounted") && isUnderParent(query.where))
    return report.unknown(
      "what mounts this handler is not in the tree, and may have asked about what its path begins with",
    );
  if (facts.has("role") && isGlobalRole(judged, one) && !isUnlikeBeside(one, judged))
    return report.unknown("a role was asked; whether it reaches across tenants is not seen");
  if (isRead(query) && !isUsed(query, judged)) return;
  if (isRead(query) && (isOpen(query.where, facts) || isOfferedToAll(query))) return;
  if (isRead(query) && !isKnown(facts) && isFoundUnderName(query))
    return report.unknown(`rows of ${nameOf(query)} are shown under the public name of whom they belong to`);
  if ((isRead(query) || isReadByName(query)) && isOpenTo(query.where, facts))
    return report.unknown(`what the rows of ${nameOf(query)} belong to says of itself that it is public`);
  // `ticketType.update({ where: { id, left: { gte: n } }, data: { left: { decrement: n } } })`: bought, by whoever comes.
  if (query.verb === "update" && onlyCounts(query.data) && (isOpenTo(query.where, facts) || countsPeople(query.data)))
    return report.unknown(`what is offered to everybody is counted down`);
  if (isRead(query) && /invit/i.test(query.table) && isPublicByDesign(judged.entry, judged))
    return report.unknown("an invitation may be shown to whoever has its link");
  if (query.verb === "update" && isTouch(query.data))
    return report.unknown("when something was last looked at is noted");
  if (isTheirsOrAllowed(query, facts))
    return report.unknown(`whoever the row of ${nameOf(query)} does not belong to was asked for a role`);
  if (isOfUnseenTenant(query.where))
    return report.unknown(`whose rows of ${nameOf(query)} are meant is said by code that is not seen`);
  const [field, value] = chosen[0] ?? ["", null];
  if (value === null) return;
  if (isRead(query) && isPublicTable(query.table) && !(isCopied(query, judged) && isOwnedBeside(one, judged)))
    return report.unknown(`${nameOf(query)} may be everybody's`);
  if (isTenantName(field) || judged.project.names.tenantColumns.has(field.slice(field.lastIndexOf(".") + 1)))
    return report.violated(
      clientTenant,
      one.place,
      `${describe(value)} chooses whose rows of ${nameOf(query)} are ${done(query)}, and nothing shows that the caller belongs there.`,
      one,
    );
  if (isOwnerName(field))
    return report.violated(
      clientIdentity,
      one.place,
      `${describe(value)} says whose rows of ${nameOf(query)} are ${done(query)}, instead of the verified caller.`,
      one,
    );
  if (isSharedByAll(one, judged)) return report.unknown(EVERYBODYS);
  if (isOpenByLink(query, judged)) return report.unknown(BY_LINK);
  const file = judged.project.file(one.place.file);
  if (isRead(query) && file !== null && isOfTheServer(file, query.table))
    return report.unknown(`only those with a right over all of it change ${nameOf(query)}`);
  const checked = otherAuthorised(facts);
  if (checked === null && (isNarrowedByUnseen(query.where) || isDoubted(one, judged)))
    return report.unknown(`what narrows the rows of ${nameOf(query)}, or is asked about them, is not understood`);
  lookedUp(value, one, report);
  if (checked !== null)
    return report.violated(
      unboundChild,
      one.place,
      `${checked} was shown to be the caller's; this ${nameOf(query)} is ${done(query)} by ${describe(value)} alone.`,
      one,
    );
  report.violated(
    unscopedQuery,
    one.place,
    `A row of ${nameOf(query)} is ${done(query)} by ${describe(value)} alone: the caller is known, and the row need not be theirs.`,
    one,
  );
}

/** `find(_id ? { _id } : {})`: without the id the same statement answers with every row. */
function isOfAll({ verb, where }: Query): boolean {
  const only = where?.kind === "all" && where.of.length === 1 ? (where.of[0] ?? null) : where;
  return verb === "list" && only?.kind === "any" && only.of.some((one) => one.kind === "all" && one.of.length === 0);
}

/** Where there are tenants, a role of the caller's is had in theirs: that it lets them says nothing of rows of others. */
function withinTenants(one: QueryOperation, { project }: Judged): QueryOperation {
  if (!one.facts.has("either") || !knowsTenants(project.file(one.place.file)?.text ?? "")) return one;
  return { ...one, facts: one.facts.without(EITHER) };
}

/** `if (!(await getSpace(params.spaceId))) notFound()`: a function that is not seen may ask for the session itself. */
function isFoundElsewhere(query: Query, { trace }: Judged): boolean {
  const chosen = comparisons(query.where).flatMap(({ value }) => [...clientsOf(value)]);
  return trace.operations.some(
    (one) =>
      one.kind === "call" &&
      one.origin === "missing" &&
      one.args.some((arg) =>
        [...clientsOf(arg)].some((said) =>
          chosen.some((other) => other.part === said.part && other.path === said.path),
        ),
      ),
  );
}

/** A guard that is not seen may have looked at these rows, or at what they are found by: the reason why. */
function vouchedFor(query: Query, facts: Facts, depth = 0): string | null {
  for (const [name, { why }] of facts.entries()) {
    if (name === "opaque:scope") return why;
    if (!name.startsWith("opaque:scope:")) continue;
    const noun = name.slice("opaque:scope:".length);
    const names = (text: string): boolean => text.toLowerCase().includes(noun);
    if (isOf(query.table, noun)) return why;
    for (const { field, value } of comparisons(query.where)) {
      // What belongs to a row that may have been looked at.
      if (depth < 3 && value.k === "rows" && value.query !== query) {
        const above = vouchedFor(value.query, facts, depth + 1);
        if (above !== null) return above;
      }
      if (names(field) || clientsOf(value).some(({ path }) => names(path))) return why;
    }
  }
  return null;
}

/** `teams` and `userTeams` for `team`; not `teamInvites`: what hangs on a team was not looked at with it. */
function isOf(table: string, noun: string): boolean {
  const name = table.toLowerCase();
  return ["", "s", "es"].some((plural) => name.endsWith(`${noun}${plural}`));
}

/** The comparisons by values nobody vouches for, as field and value. */
function chosenBy(condition: Condition | null, facts: Facts): [string, Value][] {
  if (condition === null || condition.kind === "unknown") return [];
  if (condition.kind === "compare")
    return condition.op !== "other" && isUntrusted(condition.value) && trustOf(condition.value, facts) === null
      ? [[condition.field, condition.value]]
      : [];
  return condition.of.flatMap((one) => chosenBy(one, facts));
}

function isUntrusted(value: Value): boolean {
  if (isCredential(value)) return false;
  for (const _ of clientsOf(value)) return true;
  return value.k === "rows" || (value.k === "choice" && value.alternatives.some((one) => isUntrusted(one.value)));
}

/** No value of the client chooses the rows: all of a table, or some by constants. */
function unconfined(one: QueryOperation, judged: Judged, report: Report): void {
  const { query } = one;
  if (
    (query.verb === "update" || query.verb === "delete") &&
    query.where === null &&
    (isTenantTable(query.table) || /user|setting|token|key/i.test(query.table))
  ) {
    if (one.facts.has("role") || one.facts.has("global"))
      return report.unknown("a role was asked; whether it reaches across tenants is not seen");
    return report.violated(
      unscopedQuery,
      one.place,
      `Every row of ${nameOf(query)} is ${done(query)}: the statement has no condition at all.`,
      one,
    );
  }
  if (query.verb !== "list" && query.verb !== "count") return;
  if (hasUnknown(query.where)) return report.unknown(`the conditions on ${nameOf(query)} are not seen`);
  if (comparisons(query.where).some(({ field, value }) => /(?:^|\.)_?ids?$/.test(field) && value.k !== "literal"))
    return report.unknown(`where the ids of ${nameOf(query)} come from is not seen`);
  if (!isUsed(query, judged)) return;
  // A role in what the client named is no role everywhere.
  if (one.facts.has("role") && (otherAuthorised(one.facts) === null || isGlobalRole(judged, one)))
    return report.unknown("a role was asked; whether it reaches across tenants is not seen");
  if (!isTenantTable(query.table) && !isScopedBeside(one, judged)) return;
  if (isSharedByAll(one, judged)) return report.unknown(EVERYBODYS);
  report.violated(
    unscopedList,
    one.place,
    `Every row of ${nameOf(query)} is answered, whichever tenant it belongs to.`,
    one,
  );
}

function hasUnknown(condition: Condition | null): boolean {
  if (condition === null) return false;
  if (condition.kind === "unknown") return true;
  if (condition.kind === "compare")
    return condition.op !== "other" && /^(?:chain|opaque|foreign)$/.test(condition.value.k);
  return condition.of.some(hasUnknown);
}

function isRead(query: Query): boolean {
  return query.verb === "read" || query.verb === "list" || query.verb === "count";
}

/** Another value of the client that was shown to be the caller's. */
function otherAuthorised(facts: Facts): string | null {
  for (const [name] of facts.entries()) {
    if (!name.startsWith("ok:client:")) continue;
    const path = name.slice("ok:client:".length);
    // What a token says of its holder.
    if (/(?:^|\.)claims$/.test(path)) continue;
    return path.replace(/^\w+\./, "");
  }
  return null;
}
