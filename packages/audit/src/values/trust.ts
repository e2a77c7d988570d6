import type { Evidence, Facts } from "./facts.ts";
import { NUMBER, OF_PERSON, ORDERED } from "./guest-columns.ts";
import { keyOf } from "./key.ts";
import { Memo } from "./memo.ts";
import { namesNobody } from "./names-nobody.ts";
import { type Condition, comparisons, type Query } from "./query.ts";
import type { Value } from "./value.ts";

/** May the principal use this value? `sure` shown by code that was seen, `presumed` by a name, null: nothing says so. */
export type Trust = "sure" | "presumed" | null;

const MAX_DEPTH = 12;

export function trustOf(value: Value, facts: Facts, depth = 0): Trust {
  if (depth > MAX_DEPTH) return null;
  if (value.k === "literal" || value.k === "foreign" || value.k === "env") return null;
  const before = asked.get(facts)?.get(value);
  if (before !== undefined) return before;
  const answer = ask(value, facts, depth);
  const answers = asked.get(facts);
  if (answers === undefined) asked.set(facts, new Map([[value, answer]]));
  else answers.set(value, answer);
  return answer;
}

/** Facts do not change, and neither does what they say of a value. */
const asked = new Memo<Facts, Map<Value, Trust>>();

function ask(value: Value, facts: Facts, depth: number): Trust {
  if (facts.mayAllow) {
    const key = keyOf(value);
    const known =
      facts.get(`ok:${key}`) ?? (facts.mayImply ? facts.get(`if:${key}`)?.implies?.get(`ok:${key}`) : undefined);
    if (known !== undefined) return known.sure ? "sure" : "presumed";
  }
  switch (value.k) {
    case "principal":
      return namesNobody(value.path) ? null : value.sure ? "sure" : "presumed";
    case "rows": {
      const row = facts.get(`row:${value.query.id}`);
      if (row !== undefined) return row.sure ? "sure" : "presumed";
      if (value.query.verb === "create") return "sure"; // it did not exist before
      // Whatever a credential finds is its holder's.
      if (isCapability(value.query)) return "sure";
      // A list that was scoped needs no test: there is nothing in it but what was asked for.
      return value.query.verb === "list" || value.query.verb === "read"
        ? scopeOf(value.query.where, facts, depth + 1)
        : null;
    }
    case "request":
      return null;
    case "client": {
      // Each of them was looked at, so all were.
      const each = !facts.mayAllow
        ? undefined
        : facts.get(`ok:${keyOf({ ...value, path: value.path === "" ? "[]" : `${value.path}.[]` })}`);
      if (each !== undefined) return each.sure ? "sure" : "presumed";
      // The whole was authorised, so are its parts: `ok` of an item of a list, of an object that was looked up.
      const dot = value.path.lastIndexOf(".");
      if (dot === -1) return null;
      return trustOf({ ...value, path: value.path.slice(0, dot) }, facts, depth + 1);
    }
    case "choice": {
      let least: Trust = "sure";
      let any = false;
      for (const { value: one, facts: own } of value.alternatives) {
        if (one.k === "literal" && (one.value === null || one.value === undefined)) continue;
        // `in: projectIds ?? []`: none of none is nobody's.
        if (one.k === "list" && one.items.length === 0) continue;
        if (one.k === "chain" && one.root.k === "list" && one.root.items.length === 0) continue;
        const trust = one.k === "literal" ? "sure" : trustOf(one, facts.including(own), depth + 1);
        if (trust === null) return null;
        if (trust === "presumed") least = "presumed";
        any = true;
      }
      return any ? least : null;
    }
    case "pending":
      return trustOf(value.value, facts, depth + 1);
    case "derived":
      // An id that was just made is nobody else's.
      return value.op === "random" ? "sure" : strongest(value.args, facts, depth);
    case "list":
      return value.items.length === 0 ? null : weakest(value.items, facts, depth);
    case "struct":
      return strongest([...value.props.values(), ...value.spreads], facts, depth);
    case "chain": {
      if (isPutOnRequest(value) || isReadOfCaller(value)) return "presumed";
      // What code that is not seen made of a trusted value is taken for the principal's own.
      const args = value.steps.flatMap((step) => (step.kind === "member" ? [] : [...step.args]));
      const trust = strongest([value.root, ...args], facts, depth);
      return trust === null ? null : "presumed";
    }
    default:
      return null;
  }
}

/** `req.store.id`: no client names members of a request; what is none of the framework's own, middleware put there. */
function isPutOnRequest({ root, steps }: Extract<Value, { k: "chain" }>): boolean {
  if (root.k !== "request") return false;
  // Hono's `c.get("clinic").id` has its first name in the root.
  const names = /^(?:|locals|store)$/.test(root.path) ? [] : root.path.split(".");
  for (const step of steps) {
    if (step.kind !== "member") return false;
    names.push(step.name);
  }
  const [first] = names;
  return (
    first !== undefined && names.length > 1 && !names.some((name) => INPUT.test(name)) && !OF_THE_FRAMEWORK.test(first)
  );
}
/** `(await getToken(request)).sub`: code that is not seen was given the request, and answers with a subject. */
function isReadOfCaller({ root, steps }: Extract<Value, { k: "chain" }>): boolean {
  const at = steps.findLastIndex((step) => step.kind === "call");
  const call = steps[at];
  const last = steps.at(-1);
  const before = steps[at - 1];
  if (root.k !== "foreign" || root.origin !== "missing" || call?.kind !== "call" || last?.kind !== "member")
    return false;
  const called = before?.kind === "member" ? before.name : root.name;
  return (
    call.args.some((arg) => arg.k === "request" && arg.path === "") &&
    SUBJECT.test(last.name) &&
    /token|claims|session|auth|user|identity|principal|subject|caller|actor/i.test(called) &&
    !/parse|decode|peek|unsafe|unverified|body|query|params?(?![a-z])|form/i.test(called)
  );
}
const SUBJECT = /^(?:sub|uid|oid|id|(?:user|account|member|tenant|org|organi[sz]ation|team|workspace|company)_?id)$/i;

const OF_THE_FRAMEWORK =
  /^(?:ip|ips|host|hostname|protocol|secure|fresh|stale|subdomains|xhr|route|router|app|baseUrl|next|socket|connection|httpVersion|id|log|server|routeOptions|geo|ua|userAgent|trailers|readable|aborted|get|is|accepts|range|parsedUrl|_\w+|request|response|event|env|executionCtx|finalized|error|set|render|redirect|json|text|html)$/;
/** What a validator or parser put there is the client's all the same. */
export const INPUT =
  /valid|pars|dto|input|sanit|clean|payload|args|data|filter|pagina|sort|locale|lang|form|field|upload|file|body|query|param|header|cookie|^raw|search|swagger|openapi|multipart|^(?:values?|arguments|content|message|event|variables)$/i;

function strongest(values: readonly Value[], facts: Facts, depth: number): Trust {
  let found: Trust = null;
  for (const value of values) {
    const trust = trustOf(value, facts, depth + 1);
    if (trust === "sure") return "sure";
    if (trust !== null) found = trust;
  }
  return found;
}

function weakest(values: readonly Value[], facts: Facts, depth: number): Trust {
  let found: Trust = "sure";
  for (const value of values) {
    const trust = trustOf(value, facts, depth + 1);
    if (trust === null) return null;
    if (trust === "presumed") found = "presumed";
  }
  return found;
}

/** Does the condition confine the rows to what the principal may use? */
export function scopeOf(condition: Condition | null, facts: Facts, depth = 0): Trust {
  if (condition === null || depth > MAX_DEPTH) return null;
  switch (condition.kind) {
    case "compare":
      if (condition.op === "other") return null;
      return (
        trustOf(condition.value, facts, depth + 1) ??
        // What the caller's own cookie or key chooses is its holder's.
        (condition.op === "equal" && isCredential(condition.value) ? "presumed" : null)
      );
    case "unknown":
      return trustOf(condition.value, facts, depth + 1) === null ? null : "presumed";
    case "all": {
      let found: Trust = null;
      for (const one of condition.of) {
        const trust = scopeOf(one, facts, depth + 1);
        if (trust === "sure") return "sure";
        if (trust !== null) found = trust;
      }
      return found;
    }
    case "any": {
      let found: Trust = "sure";
      for (const one of condition.of) {
        const trust = scopeOf(one, facts, depth + 1);
        if (trust === null) return null;
        if (trust === "presumed") found = "presumed";
      }
      return condition.of.length === 0 ? null : found;
    }
  }
}

/** Field names under which only a secret or an unguessable value is stored: whoever has it may use the row. */
const CAPABILITY =
  /(?:token|secret|hash|signature|otp|nonce|(?:user|device|join|pairing|login|activation|confirmation|redeem|link)_?code|api_?key|access_?key|(?:delet(?:e|ion)|remov(?:e|al)|edit|owner|manage(?:ment)?|claim)_?key|invite_?code|share_?(?:id|key|code|link)|public_?(?:id|key)|session_?id|verification|reset_?code|magic|state|code_?verifier|challenge|(?:unsubscribe|unsub|opt_?out)_?(?:id|key|code|uuid))$|^(?:code|key|jti|sid)$/i;

/** A look-up by a credential: by an unguessable field, or by what came in a cookie or an authorisation header. */
export function isCapability(query: Query): boolean {
  if (OF_EVERYBODY.test(query.table)) return false;
  if (isOrderAndAddress(query)) return true;
  return comparisons(query.where).some(({ field, value, op }) => {
    if (op === "other") return false;
    const last = field.slice(field.lastIndexOf(".") + 1);
    if (isDigestOfClient(value)) return true;
    // What may be read by whoever has its address may not be changed by them.
    if (/^(?:share|public)/i.test(last) && (query.verb === "update" || query.verb === "delete")) return false;
    return CAPABILITY.test(last) && !isOfRecord(last, query) ? clientOf(value) !== null : isCredential(value);
  });
}

/** `state` of an address, `code` of a branch: by these the records of a business are sorted and numbered. */
function isOfRecord(field: string, { table, verb }: Query): boolean {
  if (/[a-z]state$/i.test(field) && !/(?:oauth|auth|login|csrf|_)state$/i.test(field)) return true;
  return /^(?:state|code|key|sid|signature|hash)$/i.test(field) && (verb === "list" || RECORD.test(table));
}
const RECORD =
  /^(?:\w*_)?(?:invoice|order|product|item|customer|client|employee|branch|department|countr|currenc|account|contract|project|document|shipment|vehicle|propert|patient|student|course|warehouse|supplier|vendor|contact|lead|deal|expense|payment|report|compan|store|shop)(?:ies|y|e?s)?$/i;

/**
 * `findOne({ number, "customer.email": email })`: who came without an account is known by the number they were given and
 * what they said of themselves then. Either alone may be guessed.
 */
function isOrderAndAddress({ table, where }: Query): boolean {
  if (where === null || !ORDERED.test(table.replace(/([a-z])([A-Z])/g, "$1_$2"))) return false;
  const said = togetherIn(where);
  return said.some((field) => NUMBER.test(field)) && said.some((field) => OF_PERSON.test(field));
}

/** Columns that must all be as the client says, each by what it says of that. */
function togetherIn(where: Condition): readonly string[] {
  if (where.kind === "all") return where.of.flatMap(togetherIn);
  if (where.kind !== "compare" || where.op !== "equal" || clientOf(where.value) === null) return [];
  return [where.field.slice(where.field.lastIndexOf(".") + 1)];
}
/** What is listed under codes that everybody knows. */
const OF_EVERYBODY =
  /^(?:\w*_)?(?:countr(?:y|ies)|currenc(?:y|ies)|languages?|locales?|regions?|categor(?:y|ies)|plans?|products?|stat(?:es?|us(?:es)?)|airports?|units?)$/i;

/** The digest of something the client knows: nobody finds a row by it who was not given what it is made of. */
export function isDigestOfClient(value: Value, depth = 0): boolean {
  if (depth > MAX_DEPTH) return false;
  if (value.k === "derived")
    return value.op === "hash" || value.op === "concealed" || value.op === "hmac"
      ? clientOf(value) !== null
      : value.args.some((arg) => isDigestOfClient(arg, depth + 1));
  if (value.k === "chain")
    return value.steps.some(
      (step) => step.kind !== "member" && step.args.some((arg) => isDigestOfClient(arg, depth + 1)),
    );
  return value.k === "pending" && isDigestOfClient(value.value, depth + 1);
}

/** Comes from a cookie or from a header that carries a credential. */
export function isCredential(value: Value, depth = 0): boolean {
  if (depth > MAX_DEPTH) return false;
  switch (value.k) {
    case "client":
      return (
        (value.part === "cookie" &&
          !/org|workspace|tenant|team|space|locale|theme|lang|plan|role|cart|ref/i.test(value.path)) ||
        (value.part === "header" && CREDENTIAL_HEADER.test(value.path))
      );
    case "derived":
      return value.args.some((arg) => isCredential(arg, depth + 1));
    case "choice":
      return value.alternatives.some((one) => isCredential(one.value, depth + 1));
    case "pending":
      return isCredential(value.value, depth + 1);
    case "list":
      return value.items.some((item) => isCredential(item, depth + 1));
    case "chain":
      return [value.root, ...value.steps.flatMap((step) => (step.kind === "member" ? [] : [...step.args]))].some(
        (one) => isCredential(one, depth + 1),
      );
    default:
      return false;
  }
}
const CREDENTIAL_HEADER = /authori[sz]ation|cookie|api[-_]?key|token|secret|credential|^$|session/i;

type ClientValue = Extract<Value, { k: "client" }>;

/** The first value chosen by the client inside this one, or null. */
export function clientOf(value: Value): ClientValue | null {
  return clientsOf(value)[0] ?? null;
}

const NONE: readonly ClientValue[] = [];
const found = new Memo<Value, readonly ClientValue[]>();
/** More than these do not change an answer. */
const MAX_CLIENTS = 16;

/** Every value chosen by the client inside this one, up to a bound. */
export function clientsOf(value: Value, depth = 0): readonly ClientValue[] {
  switch (value.k) {
    case "client":
      return [value];
    case "pending":
      return clientsOf(value.value, depth + 1);
    case "derived":
    case "choice":
    case "struct":
    case "list":
    case "chain": {
      if (depth > MAX_DEPTH) return NONE;
      const known = found.get(value);
      if (known !== undefined) return known;
      found.set(value, NONE); // what a circle finds
      const all: ClientValue[] = [];
      for (const part of partsOf(value)) {
        for (const one of clientsOf(part, depth + 1)) {
          if (all.length < MAX_CLIENTS && !all.includes(one)) all.push(one);
        }
      }
      // A list may grow after this.
      if (value.k === "list") found.delete(value);
      else found.set(value, all);
      return all;
    }
    default:
      return NONE;
  }
}

/** What a value was made of. */
export function partsOf(
  value: Extract<Value, { k: "derived" | "choice" | "struct" | "list" | "chain" }>,
): readonly Value[] {
  switch (value.k) {
    case "derived":
      return value.args;
    case "choice":
      return value.alternatives.map((one) => one.value);
    case "struct":
      return [...value.props.values(), ...value.spreads];
    case "list":
      return value.items;
    case "chain":
      return [value.root, ...value.steps.flatMap((step) => (step.kind === "member" ? [] : [...step.args]))];
  }
}

/** The row may be read by anybody, and so may what belongs to it: it says so itself, or there is none. */
export function openRow(query: Query, facts: Facts, evidence: Evidence): Facts {
  const known = facts.with(`open:row:${query.id}`, evidence);
  const chosen = comparisons(query.where);
  const [only] = chosen;
  return chosen.length === 1 && only?.op === "equal" ? known.with(`open:ok:${keyOf(only.value)}`, evidence) : known;
}

/** Is what the condition asks for shown to be open to everybody? */
export function isOpenTo(condition: Condition | null, facts: Facts, depth = 0): boolean {
  if (depth > MAX_DEPTH) return false;
  return comparisons(condition).some(
    ({ op, value }) =>
      (op === "equal" && isOfOpen(value, facts, depth)) || (op === "in" && isOpenRow(onlyOf(value), facts, depth)),
  );
}

function isOfOpen(value: Value, facts: Facts, depth: number): boolean {
  if (value.k === "choice") {
    // Found either way, for everybody or for the caller.
    const found = value.alternatives.filter((one) => one.value.k !== "literal");
    return (
      found.some(({ value: one, facts: own }) => isOfOpen(one, facts.including(own), depth + 1)) &&
      found.every(({ value: one, facts: own }) => {
        const known = facts.including(own);
        return isOfOpen(one, known, depth + 1) || trustOf(one, known) !== null;
      })
    );
  }
  return facts.has(`open:ok:${keyOf(value)}`) || isOpenRow(value, facts, depth);
}

function isOpenRow(value: Value | null, facts: Facts, depth: number): boolean {
  return (
    value?.k === "rows" && (facts.has(`open:row:${value.query.id}`) || isOpenTo(value.query.where, facts, depth + 1))
  );
}

/** `ids` of `inArray(column, rows.map((row) => row.id))`: one stands for all. */
function onlyOf(value: Value): Value | null {
  return value.k !== "list" ? value : value.items.length === 1 ? (value.items[0] ?? null) : null;
}
