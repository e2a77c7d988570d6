import { isOwnerName, snake } from "../../knowledge/names.ts";
import type { Judged } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import { holds } from "../../values/holds.ts";
import { comparisons } from "../../values/query.ts";
import { isPublicTable } from "../entry/entry-kinds.ts";
import { clientOf, isCredential } from "../../values/trust.ts";
import { mentions } from "../../values/mentions.ts";
import type { Value } from "../../values/value.ts";
import { asksCallers } from "./asks-callers.ts";
import { onlyCounts } from "./counted.ts";

type QueryOperation = Extract<Operation, { kind: "query" }>;

/** What strangers leave on public pages, as products call it: they may add to it, and only those it is for may read it. */
const LEFT =
  /(?:^|_)(?:wait_?lists?|wait_?list_?entr(?:y|ies)|newsletters?|subscribers?|subscriptions?_?requests?|mailing_?list\w*|leads?|feedbacks?|rsvps?|sign_?ups?|contact_?(?:messages?|requests?|forms?|submissions?)|(?:message|demo|quote|access|call_?back|support|callback)_?requests?|inquir(?:y|ies)|enquir(?:y|ies)|applications?|applicants?|votes?|entr(?:y|ies)|submissions?|(?:form_?|survey_?|poll_?|quiz_?)?(?:responses?|answers?)|reviews?|testimonials?|reactions?|page_?views?|views?|visits?|visitors?|clicks?|impressions?|abuse_?reports?|csp_?reports?|crash_?reports?|guest_?book\w*|pledges?|registrations?|appointments?|bookings?|reservations?|unsubscribes?)$/i;
const WAITS =
  /^(?:pending|waiting|waitlisted|new|submitted|unverified|unconfirmed|unapproved|draft|requested|moderation|in_?review|awaiting\w*|queued|open|received)$/i;
const HUMAN = /captcha|turnstile|botid|proof_?of_?work|altcha|friendly_?challenge|honey_?pot/i;
const LIMITS = /limit|throttle|slow_?down|cooldown|flood/i;
const TELLS =
  /^(?:send|notify|mail|email|publish|emit|dispatch|enqueue|queue|trigger|track|post|broadcast|alert|push|schedule|add)/i;

const ADDRESSES = /wait_?list|newsletter|subscribers?$|mailing|leads?$|contact|inquir|enquir|applica|rsvp|sign_?up/i;

/** Whoever left an address there left it for those who run the product: strangers add to it and read nothing of it. */
export function isAddressBook(table: string): boolean {
  return ADDRESSES.test(snake(table)) && LEFT.test(snake(table));
}

/**
 * A form that strangers fill in: something is added, and somebody is told. What shows that they are meant to is a
 * captcha, a limit by address, an entry that waits until somebody releases it, a key that stands in other people's pages,
 * or a table that is made for it and an address to answer to. Nothing is taken from it that says for whom the stranger acts.
 */
export function leftByStrangers(judged: Judged): (operation: Operation) => boolean {
  const { trace, entry } = judged;
  const added = trace.operations.flatMap((one) => addedBy(one, judged));
  const [first] = added;
  if (first === undefined || entry.method === "GET") return () => false;
  const meant =
    trace.operations.some((one) => one.kind === "call" && (HUMAN.test(one.path) || limitsByAddress(one))) ||
    keyedInPages(trace.operations).some((id) => added.some((one) => holdsRow(one.data, id))) ||
    added.some(
      (one) =>
        waits(one.data) ||
        (ORDERED.test(snake(one.table)) && comesFromStranger(one.data) && isFoundAgain(one.data)) ||
        (LEFT.test(snake(one.table)) && comesFromStranger(one.data)),
    );
  if (!meant || added.some((one) => actsForSomebody(one.data))) return () => false;
  if (entry.gateBeside?.() === true && added.some((one) => isOfCallersTenant(one.data))) return () => false;
  return (one) => {
    if (added.some(({ operation }) => operation === one)) return true;
    if (one.kind === "call") return TELLS.test(one.name) || beginsPayment(one);
    if (one.kind !== "query") return false;
    if (/^(?:read|list|count)$/.test(one.query.verb)) return isLookUp(one, added);
    // What was ordered is taken off the shelf.
    return one.query.verb === "update" && (isReckonedUp(one, added) || onlyCounts(one.query.data));
  };
}

/** The rows that were found by a key that stands in the source of pages: whoever sees the page has it. */
function keyedInPages(operations: readonly Operation[]): readonly number[] {
  return operations.flatMap((one) =>
    one.kind === "query" &&
    comparisons(one.query.where).some(
      ({ field, op, value }) => op === "equal" && IN_PAGES.test(field) && clientOf(value) !== null,
    )
      ? [one.query.id]
      : [],
  );
}
const IN_PAGES =
  /(?:^|[._])(?:publishable|public|site|embed|widget|tracking|write)_?key$|(?:^|[._])(?:embed|widget|tracking)_?id$/i;

interface Added {
  readonly operation: Operation;
  readonly table: string;
  readonly data: Value | null;
}

/** A row that is made; or what a function of another file is told to make of an object, where nobody here is asked for. */
function addedBy(operation: Operation, { entry, project }: Judged): readonly Added[] {
  if (operation.kind === "query")
    return isAdded(operation) ? [{ operation, table: operation.query.table, data: operation.query.data }] : [];
  if (operation.kind !== "call" || operation.origin !== "missing" || operation.facts.has("auth")) return [];
  const [, table] = MAKES.exec(operation.name) ?? [];
  const data = operation.args.find(({ k }) => k === "struct");
  if (table === undefined || data === undefined || asksCallers(entry, project)) return [];
  return LEFT.test(snake(table)) ? [{ operation, table, data }] : [];
}
const MAKES = /^(?:create|add|submit|insert|save|store|record|register)_?([A-Z]\w+|[a-z]+_?\w+)$/;

function isAdded({ query, facts }: QueryOperation): boolean {
  if (facts.has("auth")) return false;
  if (query.verb === "create") return true;
  // What is there already stays as it is: `upsert({ create, update: {} })`.
  return query.verb === "upsert" && !comparisons(query.where).some(({ field }) => isId(field));
}

/** What a guest orders, and comes back for. */
const ORDERED =
  /(?:^|_)(?:orders?|checkouts?|purchases?|bookings?|reservations?|appointments?|tickets?|donations?|rentals?|quotes?|pre_?orders?|pick_?ups?)$/i;

/** `viewToken: randomBytes(24)`: it is found later by what only whoever ordered was told. */
function isFoundAgain(data: Value | null): boolean {
  if (data?.k !== "struct") return false;
  return [...data.props].some(
    ([name, value]) =>
      /token|secret|code|reference|ref$|uuid|number|slug|key|hash|^id$|(?:public|guest|tracking)_?id/i.test(name) &&
      holds(value, (inner) => inner.k === "derived" && inner.op === "random"),
  );
}

/** Whoever comes pays: `stripe.checkout.sessions.create`, `mollie.payments.create`, `paypal.createOrder`. */
function beginsPayment({ path, name }: Extract<Operation, { kind: "call" }>): boolean {
  return (
    PAYS.test(path) ||
    /^(?:create|start|begin|init(?:iate)?)(?:\w*)(?:Payment|Checkout|PaymentIntent|PaymentLink)/.test(name)
  );
}
const PAYS = /(?:checkout\.sessions|payment_?intents|payments?|payment_?links?|charges|orders)\.create\w*$/i;

/** What the form is for, by its public name or as a whole; or whether the address is known already. */
function isLookUp({ query }: Pick<QueryOperation, "query">, added: readonly Added[], depth = 0): boolean {
  const by = comparisons(query.where);
  // What the shop that was found so has to offer.
  if (
    isPublicTable(query.table) ||
    by.some(({ value }) => depth < 3 && value.k === "rows" && isLookUp(value, added, depth + 1))
  )
    return true;
  if (by.some(({ field }) => /email|phone|slug|handle|token|code|domain|ip/i.test(field))) return true;
  return added.some((one) => holdsRow(one.data, query.id));
}

/** What the form belongs to is told that there is one more, and nothing of what the stranger says. */
function isReckonedUp({ query }: QueryOperation, added: readonly Added[]): boolean {
  const by = comparisons(query.where);
  return (
    by.some(({ value }) => value.k === "rows" && added.some((one) => holdsRow(one.data, value.query.id))) &&
    by.every(({ value }) => clientOf(value) === null) &&
    query.data !== null &&
    !mentions(query.data, ({ k }) => k === "client")
  );
}

function holdsRow(data: Value | null, id: number): boolean {
  if (data?.k === "struct") return [...data.props.values()].some((one) => holdsRow(one, id));
  if (data?.k === "choice") return data.alternatives.some((one) => holdsRow(one.value, id));
  return data?.k === "rows" && data.query.id === id;
}

function isId(field: string): boolean {
  return /^(?:_?id|uuid)$/i.test(field.slice(field.lastIndexOf(".") + 1));
}

function waits(data: Value | null): boolean {
  if (data?.k === "list") return data.items.some(waits);
  if (data?.k !== "struct") return false;
  for (const [name, value] of data.props) {
    if (/^(?:status|state|moderation\w*)$/i.test(name) && value.k === "literal" && WAITS.test(String(value.value)))
      return true;
    if (
      /^(?:is_?)?(?:approved|confirmed|verified|published|visible)$/i.test(name) &&
      value.k === "literal" &&
      value.value === false
    )
      return true;
  }
  return false;
}

/** They say how they are called or reached, or what they have to say. */
function comesFromStranger(data: Value | null): boolean {
  if (data?.k === "list") return data.items.some(comesFromStranger);
  if (data?.k === "client") return true;
  if (data?.k !== "struct") return false;
  return (
    [...data.props].some(
      ([name, value]) =>
        /email|phone|name|message|comment|text|body|content|rating|score|answers?|responses?|values?|subject|reason|value|ip|agent|referr?er/i.test(
          name,
        ) && clientOf(value) !== null,
    ) || data.spreads.some((one) => clientOf(one) !== null)
  );
}

/** Whose it is, as the client says: then it is theirs who are said, and not a stranger's. */
function actsForSomebody(data: Value | null): boolean {
  if (data?.k === "list") return data.items.some(actsForSomebody);
  if (data?.k !== "struct") return false;
  return [...data.props].some(
    ([name, value]) => isOwnerName(name) && /id$/i.test(name) && clientOf(value) !== null && !isCredential(value),
  );
}

/** `project: req.projectId`: where it goes is what the gate before its neighbours has put on the request. */
function isOfCallersTenant(data: Value | null): boolean {
  return (
    data?.k === "struct" &&
    [...data.props.values()].some((value) => value.k === "principal" && ITS_TENANT.test(value.path))
  );
}
const ITS_TENANT =
  /(?:^|[._])(?:project|team|org|organi[sz]ation|workspace|tenant|account|company|space|shop|store|site)(?:_?id)?$/i;

/** `throttle(ip)`, `limiter.consume(req.ip)`: nothing else tells those apart who come. */
function limitsByAddress(one: Extract<Operation, { kind: "call" }>): boolean {
  if (!LIMITS.test(one.path)) return false;
  return one.args.some((arg) => saysAddress(arg));
}

function saysAddress(value: Value, depth = 0): boolean {
  if (depth > 6) return false;
  switch (value.k) {
    case "client":
      return value.part === "header" && /ip|forwarded|remote|^$/i.test(value.path);
    case "chain":
      return (
        value.steps.some((step) => step.kind === "member" && /^(?:ip|ips|remoteAddress|clientIp)$/i.test(step.name)) ||
        /ip$|address/i.test(value.root.k === "foreign" ? value.root.name : "")
      );
    case "derived":
      return value.args.some((arg) => saysAddress(arg, depth + 1));
    case "choice":
      return value.alternatives.some((one) => saysAddress(one.value, depth + 1));
    case "pending":
      return saysAddress(value.value, depth + 1);
    case "struct":
      return [...value.props.values()].some((one) => saysAddress(one, depth + 1));
    default:
      return false;
  }
}
