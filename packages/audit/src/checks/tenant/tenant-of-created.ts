import { isOwnerName, isTenantName, snake } from "../../knowledge/names.ts";
import { clientIdentity, clientTenant, foreignReference } from "../../rules/catalogue.ts";
import { isOpen } from "../../interpret/is-open.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import type { Facts } from "../../values/facts.ts";
import { keyOf } from "../../values/key.ts";
import { comparisons, type Query } from "../../values/query.ts";
import { clientsOf, isCapability, isCredential, scopeOf, trustOf } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";
import { namedInstead } from "../claims/acting-for.ts";
import { columnsOfCaller } from "./columns-of-caller.ts";
import { isConfined } from "./confined.ts";
import { isDoubted, isValueDoubted } from "../doubts/doubted.ts";
import { isNarrowedByUnseen } from "../doubts/narrowed-by-unseen.ts";
import { describe } from "../wording/describe-value.ts";
import { isGlobalRole } from "./global-role.ts";
import { isOpenByLink } from "./open-by-link.ts";
import { lookedUp } from "./looked-up.ts";
import { mayReferTo } from "./public-reference.ts";
import { holdsTenants, nameOf } from "../wording/query-words.ts";

type QueryOperation = Extract<Operation, { kind: "query" }>;

const SHARED =
  /^(?:vat|gst|tax|ein|iban|siret|abn|duns|national|legal|fiscal|registration|categor(?:y|ies)|countr(?:y|ies)|currenc(?:y|ies)|languages?|locales?|timezones?|plans?|products?|prices?|templates?|types?|statuses|stat(?:e|us)|cit(?:y|ies)|regions?|models?|providers?|tags?|parent(?:_?(?:comment|message|post|reply))?|reply_?to|external\w*|anonymous|visitor|correlation|stripe|google|github|customer|session|request|client(?:_?(?:message|request|mutation|event|side|generated|temp)\w*)?|local\w*|te?mp\w*|optimistic\w*|dedupe\w*|trace|idempotency|event|transaction|payment_?intent|subscription|device|message|video|image|icon|theme|font|track|product_?variant|dismissed\w*|last_?(?:seen|read)\w*|variant|sku|address|book|movie|course|lesson|quiz|question|post|article|reason|coupon\w*|promo\w*|grantee(?:_?user)?|recipient(?:_?user)?|invitee(?:_?user)?)$/i;

/** `solutionTagId`, `billingCountryId`: what it is, is said last. */
const SHARED_NOUN =
  /_(?:tag|category|country|currency|language|locale|time_?zone|status|state|type|region|city|theme|icon|font|reason)_?$/i;

/** What is written may point at a row of somebody else: a tenant the client names, or a parent it chose. */
export function created(one: QueryOperation, judged: Judged, report: Report): void {
  const { project } = judged;
  const { query, facts } = one;
  const { data } = query;
  if (facts.has("role") && isGlobalRole(judged, one)) return;
  // Under the caller's own rights the policies say what may be written.
  if (query.rights === "user" || isConfined(one, judged)) return;
  if (takesPart(one, judged, report)) return;
  for (const [name, value] of fieldsOf(query.data)) {
    if (!isChosen(value, facts) || isCredential(value) || trustOf(value, facts) !== null) continue;
    if (isOnlySaid(name, one)) continue;
    if ((isTenantName(name) || project.names.tenantColumns.has(name)) && !holdsTenants(query.table)) {
      report.violated(
        clientTenant,
        one.place,
        `${describe(value)} decides to which tenant the new ${nameOf(query)} belongs, and nothing shows that the caller belongs there.`,
        one,
      );
      return;
    }
    if (
      !joins(query, facts) &&
      ((isOwnerName(name) &&
        !/^host$/i.test(name) &&
        !isLogin(name, data) &&
        !OF_OTHERS.test(name) &&
        !isOnlyNamed(name, one)) ||
        isOfCaller(name, one, judged))
    ) {
      report.violated(
        clientIdentity,
        one.place,
        `${describe(value)} says whose ${nameOf(query)} it will be, instead of the verified caller.`,
        one,
      );
      return;
    }
    if (namedInstead(name, value, facts) !== null) continue; // said of who is calling
    const stem = /^(.*?)_?id$/i.exec(name)?.[1] ?? "";
    const isOwn = isOwnCustomer(stem, project.file(one.place.file)?.text ?? "");
    // What it is called over there stands beside it: the id is another service's.
    if (data?.k === "struct" && [`${stem}Name`, `${stem}_name`].some((beside) => data.props.has(beside))) continue;
    if (
      stem !== "" &&
      /(?:Id|_id)$/.test(name) &&
      (isOwn || !(SHARED.test(stem) || SHARED_NOUN.test(snake(stem)))) &&
      // Somebody who is given work is one of the tenant's own: it was looked whether there is such a person, and no more.
      (isOwn || !isOwnerName(name) || (value.k === "rows" && /^(?:assignee|reviewer|approver|employee)$/i.test(stem)))
    ) {
      if (facts.has(`opaque:scope:${stem.toLowerCase().replace(/_$/, "")}`)) continue;
      if (isFoundAmong(value, one, judged)) continue;
      if (isOfOpen(value, facts) || isOfDoubted(value, one, judged) || mayReferTo(stem, one, judged)) continue;
      if (isFoundWithinTheirs(value, one, judged)) continue;
      lookedUp(value, one, report);
      report.violated(
        foreignReference,
        one.place,
        `The new ${nameOf(query)} points at ${name}, which ${describe(value)} chose; nothing shows that row to be the caller's.`,
        one,
      );
      return;
    }
  }
}

/** `Dashboard.exists({ team: me.teamId, "tiles.id": body.tileId })`: among what is theirs it was looked for, and somebody turned away without. */
function isFoundWithinTheirs(value: Value, written: QueryOperation, { trace }: Judged): boolean {
  const said = new Set(clientsOf(value).map((one) => keyOf(one)));
  if (said.size === 0) return false;
  const found = trace.operations.findIndex(
    (one) =>
      one.kind === "query" &&
      one !== written &&
      /^(?:read|list|count)$/.test(one.query.verb) &&
      comparisons(one.query.where).some(({ value: by }) => clientsOf(by).some((each) => said.has(keyOf(each)))) &&
      scopeOf(one.query.where, one.facts) !== null,
  );
  return found !== -1 && trace.operations.slice(found).some((one) => one.kind === "test" && one.denies === "yes");
}

/** `if (votes.some((vote) => !ids.has(vote.optionId))) refuse()`: it is one of the rows that were listed, and those are no table whole. */
function isFoundAmong(value: Value, created: QueryOperation, { trace }: Judged): boolean {
  if (value.k !== "client") return false;
  const before = trace.operations.slice(0, trace.operations.indexOf(created));
  return before.some((one) => one.kind === "test" && one.denies !== "neither" && isAmongRows(one.value, value));
}

function isAmongRows(test: Value, said: Value, depth = 0): boolean {
  if (test.k !== "derived" || depth > 3) return false;
  if (test.op !== "includes") return test.args.some((arg) => isAmongRows(arg, said, depth + 1));
  const [all, one] = test.args;
  const [rows] = all?.k === "list" ? all.items : [all];
  return (
    one !== undefined &&
    keyOf(one) === keyOf(said) &&
    rows?.k === "rows" &&
    rows.query.verb === "list" &&
    comparisons(rows.query.where).length > 0
  );
}

/** `{ owner: input.owner, takenById: me.id }`: what is left here belongs to somebody, and who has written it down is said. */
function isOnlyNamed(name: string, { query, facts }: QueryOperation): boolean {
  if (/id$/i.test(name)) return false;
  return [...fieldsOf(query.data)].some(
    ([other, value]) => /[a-z](?:By|_by)(?:_?id)?$/i.test(other) && trustOf(value, facts) !== null,
  );
}

/**
 * `company: row.company` beside `workspaceId: me.workspaceId`, `{ name, email, company }` of a contact: a word of what is
 * known of somebody, and no row that theirs hangs on.
 */
function isOnlySaid(name: string, { query, facts }: QueryOperation): boolean {
  if (!A_WORD.test(name)) return false;
  if (OF_PEOPLE.test(snake(query.table))) return true;
  return [...fieldsOf(query.data)].some(
    ([other, value]) => other !== name && isTenantName(other) && trustOf(value, facts) !== null,
  );
}
const A_WORD =
  /^(?:\w*_)?(?:company|organi[sz]ation|business|agency|school|club|clinic|merchant|store|shop|employer|group|team)$/i;
/** Whom a product keeps in mind for its customers. */
const OF_PEOPLE =
  /(?:^|_)(?:contacts?|leads?|prospects?|candidates?|applicants?|applications?|wait_?list(?:_?entr(?:y|ies))?|vendors?|suppliers?|inquir(?:y|ies)|enquir(?:y|ies)|attendees?|speakers?|references?|employments?|experiences?|jobs?_?histor(?:y|ies)|educations?)$/i;

/** Who is meant is often somebody else. */
const OF_OTHERS =
  /assign|customer|recipient|receiver|target|invitee|member|employee|patient|student|reviewer|profile|account/i;

/** Beside it the file fills that column from who is calling, and nobody says that this is done for another. */
function isOfCaller(name: string, { place, query, facts }: QueryOperation, { project }: Judged): boolean {
  if (query.verb !== "create" || !facts.has("auth") || facts.has("role") || facts.has("asked:role")) return false;
  const file = project.file(place.file);
  if (file === null || !columnsOfCaller(file).has(name)) return false;
  // `teacherId: user.id` beside it: who does it is written down as well.
  return ![...fieldsOf(query.data)].some(([, value]) => value.k === "principal" && !isTenantName(value.path));
}

/** `include: { customer: true }`, `prisma.customer`: no customer of a payment provider's, but a row of the product's own. */
function isOwnCustomer(stem: string, text: string): boolean {
  return (
    /^customer$/i.test(stem) &&
    /\b(?:prisma|db|tx|trx)\.customers?\b|\bcustomer\s*:\s*(?:true\b|\{\s*(?:select|include|columns)\b)/.test(text)
  );
}

/** It was shown to be everybody's, or those that were not were left out. */
function isOfOpen(value: Value, facts: Facts): boolean {
  return value.k === "choice"
    ? value.alternatives.every((one) => isOfOpen(one.value, facts.and(one.facts)))
    : facts.has(`open:ok:${keyOf(value)}`);
}

/** The row it is the id of is offered to everybody, or was asked about in a way that is not understood. */
function isOfDoubted(value: Value, { facts }: QueryOperation, judged: Judged): boolean {
  if (value.k !== "rows") return isValueDoubted(value, facts);
  const { where } = value.query;
  if (isOpen(where, facts) || isNarrowedByUnseen(where) || isOpenByLink(value.query, judged)) return true;
  return judged.trace.operations.some(
    (one) => one.kind === "query" && one.query === value.query && isDoubted(one, judged),
  );
}

/** `user` beside `host` and `pass`: by what name somebody signs in at another server. */
function isLogin(name: string, data: Value | null): boolean {
  if (!/^user$/i.test(name)) return false;
  const beside = [...fieldsOf(data)].map(([other]) => other);
  return (
    beside.some((other) => /^(?:\w*_)?(?:host|host_?name|server|port|database)$/i.test(other)) &&
    beside.some((other) => /^(?:\w*_)?(?:pass|pwd|password|secret|ssl|tls|secure|port)(?:_\w+|[A-Z]\w*)?$/i.test(other))
  );
}

/** The caller is made a member of what a row says that the client's own id chose: an invitation written to anybody. */
function takesPart(one: QueryOperation, { entry }: Judged, report: Report): boolean {
  const { query, facts } = one;
  if (query.verb === "update" || !JOINING.test(query.table) || !/invit|accept|join/i.test(entry.name)) return false;
  const fields = [...fieldsOf(query.data)];
  if (!fields.some(([name, value]) => isOwnerName(name) && value.k === "principal")) return false;
  const [, taken] =
    fields.find(
      ([name, value]) =>
        isTenantName(name) && value.k === "rows" && /invit/i.test(value.query.table) && isUnshown(value, facts),
    ) ?? [];
  if (taken === undefined) return false;
  report.violated(
    clientTenant,
    one.place,
    `Whoever names the id is made a member: nothing shows that ${describe(taken)} was written for the caller.`,
    one,
  );
  return true;
}

/** A row that the client's own id chose, and nothing more. */
function isUnshown({ query }: Extract<Value, { k: "rows" }>, facts: Facts): boolean {
  return (
    query.verb === "read" &&
    !facts.has(`row:${query.id}`) &&
    !facts.has(`open:row:${query.id}`) &&
    scopeOf(query.where, facts) === null &&
    !isCapability(query) &&
    comparisons(query.where).some(
      ({ field, value: by }) => /^_?id$/.test(field) && by.k === "client" && trustOf(by, facts) === null,
    )
  );
}

/** The same of a layer that stores what it is given, and is not in the tree: `dao.apiToken.create({ organizationId })`. */
export function handedOver(one: Extract<Operation, { kind: "call" }>, { project }: Judged, report: Report): void {
  const { facts } = one;
  if (!STORES.test(one.name) || !LAYER.test(one.path) || !facts.has("auth") || facts.has("opaque:scope")) return;
  for (const arg of one.args) {
    for (const [name, value] of fieldsOf(arg)) {
      if (!isTenantName(name) && !project.names.tenantColumns.has(name)) continue;
      if (!isChosen(value, facts) || isCredential(value) || trustOf(value, facts) !== null) continue;
      report.violated(
        clientTenant,
        one.place,
        `${describe(value)} decides to which tenant it belongs, and nothing shows that the caller belongs there.`,
        one,
      );
      return;
    }
  }
}
const STORES = /^(?:create|insert|add|save|store|upsert)(?:One|Many|Row|Record)?$/;
const LAYER =
  /(?:^|\.)\w*(?:dao|dal|repo|repos|repository|repositories|models?|store|stores|db|database|queries|tables?)\b/i;

/** A row that ties somebody to what the caller may use: whoever may say who belongs to it names others. */
function joins({ table, data }: Query, facts: Facts): boolean {
  if (!JOINING.test(table)) return false;
  for (const [name, value] of fieldsOf(data)) {
    if (!/(?:Id|_id)$/.test(name) || isOwnerName(name)) continue;
    if ((value.k === "derived" && value.op === "random") || trustOf(value, facts) !== null) return true;
  }
  return false;
}
const JOINING =
  /member|collaborat|participant|attendee|users?_?(?:and|on|in|to)_?|_users?$|share|access|permission|assignment|invit/i;

function isChosen(value: Value, facts: Facts): boolean {
  // One of a few that the source names is nobody's row.
  if (value.k === "client") return value.listed !== true;
  if (value.k === "choice") return value.alternatives.some((one) => isChosen(one.value, facts));
  // The id of a row that the client's own id chose is that id.
  if (value.k === "rows") return /^_?id$/.test(value.path) && isUnshown(value, facts);
  return (
    value.k === "derived" &&
    (value.op === "string" || value.op === "number") &&
    value.args[0] !== undefined &&
    isChosen(value.args[0], facts)
  );
}

/** `items: { create: ids.map((assetId) => ({ assetId })) }`: what else the new rows point at, people apart. */
function made(value: Value): Iterable<[string, Value]> | null {
  if (value.k !== "struct") return null;
  const many = value.props.get("createMany");
  const rows = value.props.get("create") ?? (many?.k === "struct" ? many.props.get("data") : undefined);
  if (rows === undefined) return null;
  return [...fieldsOf(rows)].filter(([name]) => !isOwnerName(name) && !isTenantName(name));
}

/** The ids of `{ connect: { id } }`, `{ set: ids.map((id) => ({ id })) }`; null where it ties no rows together. */
function linkedBy(value: Value): readonly Value[] | null {
  if (value.k === "choice") {
    const all = value.alternatives.map((one) => linkedBy(one.value));
    return all.some((ids) => ids !== null) ? all.flatMap((ids) => ids ?? []) : null;
  }
  if (value.k !== "struct") return null;
  const connect = value.props.get("connect") ?? value.props.get("set");
  if (connect === undefined) return null;
  return (connect.k === "list" ? connect.items : [connect]).flatMap((one) => {
    const id = one.k === "struct" ? one.props.get("id") : undefined;
    return id === undefined ? [] : [id];
  });
}

/** Columns and their values, `connect: { id }` among them. */
function* fieldsOf(data: Value | null): Generator<[string, Value]> {
  if (data === null) return;
  if (data.k === "list") {
    for (const item of data.items) yield* fieldsOf(item);
  } else if (data.k === "struct") {
    for (const [name, value] of data.props) {
      const linked = linkedBy(value);
      if (linked === null) yield* made(value) ?? [[name, value]];
      else for (const id of linked) yield [`${name}Id`, id];
    }
    // `...(companyId ? { company: { connect: { id: companyId } } } : {})`
    for (const one of data.spreads)
      if (one.k === "choice")
        for (const { value } of one.alternatives) if (value.k === "struct") yield* fieldsOf(value);
  } else if (data.k === "choice") {
    for (const one of data.alternatives) yield* fieldsOf(one.value);
  }
}
