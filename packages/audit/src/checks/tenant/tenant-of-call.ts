import { nameOfRoot } from "../../knowledge/call.ts";
import { nameKind, wordsOf } from "../../knowledge/names.ts";
import { unboundChild, unscopedQuery } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import type { Facts } from "../../values/facts.ts";
import { keyOf } from "../../values/key.ts";
import { namesNobody } from "../../values/names-nobody.ts";
import { isCredential, trustOf } from "../../values/trust.ts";
import type { Value } from "../../values/value.ts";
import { comparisons } from "../../values/query.ts";
import { boundElsewhere, comparedElsewhere, methodNamed } from "./compared-elsewhere.ts";
import { askedOfTheSame } from "./asked-of-the-same.ts";
import { filteredAlone } from "./filtered-alone.ts";
import { describe } from "../wording/describe-value.ts";
import { isSensitive } from "../entry/entry-kinds.ts";
import { isPublicByDesign } from "../openness/public-by-design.ts";
import { OWNERS_ALONE } from "../openness/open-to-all.ts";
import { selectedById } from "./selected-by-id.ts";
import { EVERYBODYS, isSharedByAll } from "./shared-by-all.ts";
import { toldAlone } from "./told-alone.ts";

type Call = Extract<Operation, { kind: "call" }>;
type ClientValue = Extract<Value, { k: "client" }>;

const WRITES =
  /^(?:create|add|insert|invite|kick|remove|delete|destroy|update|set|save|assign|transfer|send|cancel|archive|restore|publish|revoke|accept|approve|reject|regenerate|rotate|import|leave|join|ban|promote|demote|move|merge|enable|disable|reset|rename|duplicate|copy|trigger|run|start|stop)$/;
const NO_RECORD =
  /(?:^|_)(?:public\w*|publish\w*|templates?|plans?|prices?|countr(?:y|ies)|currenc(?:y|ies)|locales?|translations?|configs?|configurations?|schemas?|files?|pages?|images?|avatars?|passwords?|tokens?|codes?|urls?|slugs?|emails?|invit\w*|verif\w*|sessions?|oauth\w*|webhooks?|health\w*|features?|limits?|logs?|logging|tracking|analytics?|metrics?|jobs?|queues?|cache\w*|messages?)(?:_|$)/i;

/**
 * A function of the application that is given the client's id and nothing of the caller: neither who they are nor the
 * request. Whatever it does, it cannot ask whose that is; where nobody has asked before, nobody does.
 */
export function tenantOfCall(one: Operation, judged: Judged, report: Report): void {
  const { entry, trace } = judged;
  if (one.kind !== "call" || entry.kind === "page") return;
  if (comparedBeside(one, judged, report) || selectedById(one, judged, report) || toldAlone(one, judged, report))
    return;
  if (filteredAlone(one, judged, report) || askedOfTheSame(one, judged, report)) return;
  if (one.origin !== "missing" || !isSensitive(one)) return;
  if (!one.facts.has("auth") || isLetGo(one.facts, judged) || isPublicByDesign(entry, judged)) return;
  const words = wordsOf(one.name);
  // Another company's service keeps none of the tenants' records.
  if (/stripe|paypal|braintree|mollie|razorpay|paddle|openai|anthropic|resend|sendgrid|twilio|mailer/i.test(one.path))
    return;
  // `invite(projectId, …)` invites to something; `getInvite(id)` is told a secret.
  const writes = nameKind(one.name) === "writes" || WRITES.test(words[0] ?? "");
  if (NO_RECORD.test((writes ? words.slice(1) : words).join("_"))) return;
  const given = one.args.flatMap(partsOf);
  if (given.some((arg) => knowsWhom(arg, one.facts))) return;
  const id = given.find((arg): arg is ClientValue => isId(arg, one.facts) && !isOpenFor(one.name, arg, one.facts));
  if (id === undefined) return;
  // What is only read goes wrong where it is answered.
  const shows = trace.operations.some(
    (other) => answers(other, one, id) && !isAskedAbout(one, other, trace.operations),
  );
  if (!writes && !shows) return;
  if (isSharedByAll(one, judged)) return report.unknown(EVERYBODYS);
  const checked = askedAbout(one.facts);
  if (checked !== null)
    return report.violated(
      unboundChild,
      one.place,
      `${checked} was shown to be the caller's; ${one.name} is given ${describe(id)} alone.`,
      one,
    );
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

const HANDLE = /(?:^|\.)(?:db|database|prisma|drizzle|knex|orm|tx|trx|conn|connection|pool)$/;

function knowsWhom(value: Value, facts: Facts): boolean {
  // `repo.update(ctx.db, …)`: what leads to the database says nothing of who calls.
  if (value.k === "request" && HANDLE.test(value.path)) return false;
  if (value.k === "request" || value.k === "opaque" || value.k === "instance" || value.k === "closure") return true;
  if (value.k === "principal") return !namesNobody(value.path);
  if (isCredential(value)) return true;
  // What was only found by the client's word knows no more than that.
  if (value.k === "chain" && trustOf(value, facts) === null && isOfClient(value)) return false;
  if (value.k === "rows" || value.k === "chain" || value.k === "choice")
    return trustOf(value, facts) !== null || value.k !== "choice";
  // Beside an id that is the caller's the other can be bound to it.
  return trustOf(value, facts) !== null;
}

/** `await UserService.email(body.email)`: code that is not seen was given the client's values and constants, nothing else. */
function isOfClient({ root, steps }: Extract<Value, { k: "chain" }>): boolean {
  if (root.k !== "foreign") return false;
  const given = steps.flatMap((step) => (step.kind === "member" ? [] : [...step.args]));
  return given.some((arg) => arg.k === "client") && given.every((arg) => arg.k === "client" || arg.k === "literal");
}

/** An id of a record, which nothing has looked at for the caller. */
function isId(value: Value, facts: Facts): value is ClientValue {
  return (
    value.k === "client" &&
    (value.part === "params" || value.part === "body" || value.part === "query" || value.part === "arguments") &&
    /(?:^|\.|_)(?:id|ids|uuid)$|[a-z](?:Id|Ids|Uuid)$/.test(value.path) &&
    trustOf(value, facts) === null
  );
}

/** `room.kind !== "private"`: whoever comes may look and join, and not do away with it. */
function isOpenFor(name: string, value: ClientValue, facts: Facts): boolean {
  return facts.has(`open:ok:${keyOf(value)}`) && !OWNERS_ALONE.test(name);
}

/** Asked for more than to be known: what that reaches is not seen, unless it was asked about something else. */
function isLetGo(facts: Facts, { entry }: Judged): boolean {
  if (facts.has("global") || facts.has("rls") || facts.has("capability") || facts.has("signature")) return true;
  if (facts.has("role") && (askedAbout(facts) === null || /admin/i.test(`${entry.path ?? ""} ${entry.name}`)))
    return true;
  for (const [name] of facts.entries()) if (name.startsWith("opaque:") || name.startsWith("row:")) return true;
  return false;
}

/** Something else of the client's that was shown to be the caller's: `body.organizationId`, `parseRequest(…).query.websiteId`. */
function askedAbout(facts: Facts): string | null {
  for (const [name] of facts.entries()) {
    const [, said] =
      /^ok:(?:client:\w+\.|.*\)\.(?:query|body|params|data|input)\.)([\w.]*(?:[iI]d|[sS]lug))$/.exec(name) ?? [];
    if (said !== undefined) return said;
  }
  return null;
}

/** Other handlers of the file compare what this function finds with whose it is; here it is only found, and used. */
function comparedBeside(one: Call, judged: Judged, report: Report): boolean {
  // The handlers of the file, or the methods of the service that stands in it.
  const file = judged.project.file(one.place.file);
  if (file === null) return false;
  const among = (compared: ReadonlySet<string>): boolean =>
    compared.has(one.name) || (one.path.includes(".") && isCompared(methodNamed(one.path), compared));
  const asked = among(boundElsewhere(file)) ? askedAbout(one.facts) : null;
  if (asked === null && !among(comparedElsewhere(file))) return false;
  const [first] = one.args;
  if (
    !one.facts.has("auth") ||
    // What was asked for reaches as far as what it was asked about.
    (one.facts.has("role") && askedAbout(one.facts) === null) ||
    one.facts.has("global") ||
    isPublicByDesign(judged.entry, judged)
  )
    return false;
  const given = one.args.flatMap(partsOf);
  const id = given.find((arg): arg is ClientValue => isId(arg, one.facts) && !isOpenFor(one.name, arg, one.facts));
  if (first === undefined || id === undefined || given.some((arg) => knowsWhom(arg, one.facts))) return false;
  const used = judged.trace.operations.find(
    (other) => other !== one && trustOf(one.result, other.facts) === null && usesFound(other, one, id),
  );
  if (used === undefined || isAskedAbout(one, used, judged.trace.operations)) return false;
  if (asked !== null) {
    if (isBoundUnseen(one, used, judged.trace.operations)) return false;
    report.violated(
      unboundChild,
      isOfSame(used, one) ? used.place : one.place,
      `${asked} was shown to be the caller's; others here compare what ${one.name} finds with it, and here ${describe(id)} is enough.`,
      used,
    );
    return true;
  }
  report.violated(
    unscopedQuery,
    // What a repository finds is wrong where it is looked for, unless the same one is then told to do away with it.
    one.path.includes(".") && !isDoneAwayWith(used, one) ? one.place : used.place,
    `Other handlers here compare what ${one.name} finds with whose it is; here ${describe(id)} is enough.`,
    used,
  );
  return true;
}

/** `const ability = await abilities.createForUser(user, found.spaceId); if (ability.cannot(…)) deny()`: a right was asked for, and of what was found. */
function isAskedAbout(found: Call, used: Operation, operations: readonly Operation[]): boolean {
  return (
    used.facts.has("role") &&
    operations.some(
      (one) =>
        one.kind === "call" &&
        one !== found &&
        one.args.some(({ k }) => k === "principal") &&
        one.args.some((arg) => comesOf(arg, found)),
    )
  );
}

/** `assertSame(page, found)` in between, or `remove(page.id, found.id)`: what is not seen is given both. */
function isBoundUnseen(found: Call, used: Operation, operations: readonly Operation[]): boolean {
  const between = operations.slice(operations.indexOf(found) + 1, operations.indexOf(used));
  return (
    between.some(
      (one) =>
        one.kind === "call" && !/error|exception|log/i.test(one.path) && one.args.some((arg) => isMadeOf(arg, found)),
    ) ||
    (used.kind === "call" &&
      used.args
        .flatMap(partsOf)
        .some(
          (arg) => (arg.k === "chain" || arg.k === "client" || arg.k === "rows") && trustOf(arg, used.facts) !== null,
        ))
  );
}

function isMadeOf(value: Value, found: Call): boolean {
  return value.k === "chain" && keyOf(value).includes(keyOf(found.result));
}

/** `repo.deleteResource(found.id)` after `repo.readResource(id)`. */
function isDoneAwayWith(used: Operation, found: Call): boolean {
  return used.kind === "call" && OWNERS_ALONE.test(used.name) && isOfSame(used, found);
}

function isOfSame(used: Operation, { path }: Call): boolean {
  return (
    used.kind === "call" && used.path.slice(0, used.path.lastIndexOf(".")) === path.slice(0, path.lastIndexOf("."))
  );
}

/** `this.store.load` is `DocumentsStore.load`, where the class is injected under a shorter name. */
function isCompared(called: string, compared: ReadonlySet<string>): boolean {
  return compared.has(called) || [...compared].some((one) => one.includes(".") && called.endsWith(one));
}

function usesFound(other: Operation, call: Call, id: ClientValue): boolean {
  if (answers(other, call, id)) return true;
  if (other.kind === "query") return comparisons(other.query.where).some(({ value }) => comesOf(value, call));
  return (
    other.kind === "call" &&
    /^(?:writes|none)$/.test(nameKind(other.name)) &&
    !/error|exception|log|json|response/i.test(other.name) &&
    // Told who asks, it may ask itself.
    !other.args.some(({ k }) => k === "principal") &&
    other.args.flatMap(partsOf).some((arg) => comesOf(arg, call))
  );
}

function comesOf(value: Value, { result }: Call): boolean {
  return value.k === "chain" && result.k === "chain" && keyOf(value).startsWith(keyOf(result));
}

function answers(other: Operation, call: Call, id: ClientValue): boolean {
  const body = other.kind === "respond" ? other.body : other.kind === "return" ? other.value : null;
  if (body === null || !holds(body, call.result)) return false;
  // What an async function answers is there once all that it asked has let it pass.
  const facts = body.k === "pending" ? other.facts.and(body.facts) : other.facts;
  return trustOf(id, facts) === null && trustOf(call.result, facts) === null;
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
    case "chain": {
      if (keyOf(value) === keyOf(wanted)) return true;
      // `return json(report)`: a helper that is not seen answers with it.
      const [only] = value.steps;
      return (
        value.steps.length === 1 &&
        only?.kind === "call" &&
        ANSWERS.test(nameOfRoot(value.root)) &&
        only.args.some((arg) => holds(arg, wanted, depth + 1))
      );
    }
    default:
      return false;
  }
}
const ANSWERS = /^(?:json|ok|success|respond|reply|send)|response$/i;
