import type { Node } from "oxc-parser";
import {
  guardOfAllOthers,
  guardOfMilder,
  isAskedOfAll,
  isLeftUntold,
  isOddOne,
  type Neighbours,
} from "../../entry-points/neighbours.ts";
import { nameKind, wordsOf } from "../../knowledge/names.ts";
import { isToLookAt } from "../../knowledge/right-words.ts";
import { asksForRights, namesStaff } from "../../knowledge/staff.ts";
import { missingRole } from "../../rules/catalogue.ts";
import type { ProjectFile } from "../../project.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import { comparisons } from "../../values/query.ts";
import { clientOf, clientsOf, scopeOf } from "../../values/trust.ts";
import { rightsInBodies } from "../../entry-points/rights-in-bodies.ts";
import { rightOfCaller } from "../../entry-points/told-rights.ts";
import type { Place, Value } from "../../values/value.ts";
import { walk } from "../../syntax/walk.ts";
import { isSensitive } from "../entry/entry-kinds.ts";
import { standingBeforeAll } from "../tenant/guarded-and-scoped.ts";
import { givesRole, isGovernment } from "./roles.ts";
import { isToldCaller } from "./told-caller.ts";
import { isPublicByDesign } from "../openness/public-by-design.ts";

/** Something that milder neighbours are guarded from by a role, a scope or a permission, and that asks for none. */
export function missingGuard(judged: Judged, report: Report): boolean {
  const { entry, trace } = judged;
  const beside = entry.neighbours?.();
  const milder = beside === undefined ? null : guardOfMilder(beside);
  const guard = beside === undefined ? null : (milder ?? guardOfAllOthers(beside));
  if (guard === null) return ungoverned(judged, report) || inBodies(judged, report);
  const open = milder !== null || entry.framework === "nest";
  const done = trace.operations.filter((one) => isSensitive(one) || isPassedOn(one) || isToldWhich(one));
  // Where all the others are for those who run the product, nothing is for everybody because of its name.
  if (isOfOnesOwn(`${entry.path ?? ""} ${entry.name}`)) return false;
  const surrounded =
    beside !== undefined && beside.others.length > 2 && isAskedOfAll(beside) && done.some((one) => isToldWhich(one));
  if (open && !surrounded && isPublicByDesign(entry, judged)) return false;
  // What may be given is asked in the body; who may give it is asked by the guard, which is told nothing here.
  const untold = beside !== undefined && isLeftUntold(beside, guard);
  if (
    !untold &&
    (asksInText({ file: entry.file, node: entry.node }, judged) || asksPolicy(judged, beside?.own.method ?? null))
  )
    return false;
  const [first] = done;
  if (
    first === undefined ||
    done.some((one) => one.facts.has("global") || (!untold && asksElsewhere(one, done, toldAnyway(beside))))
  )
    return false;
  // What those ask for who run the product is nothing that a tenant's people are to be asked for their own rows.
  if (namesStaff(guard) === "surely" && done.every((one) => isOfOwnTenant(one))) return false;
  // Between what administrators do, whoever is known adds something of their own: a review, a report.
  if (milder === null && done.some(isOwnAddition)) return false;
  // Where nobody at all is asked for, that is the finding.
  const told = done.every((one) => isToldWhich(one) && !isSensitive(one));
  const isKnown = first.facts.has("auth") || first.facts.has("opaque:auth") || isToldCaller(first);
  if (!told && !isKnown) return false;
  report.violated(
    missingRole,
    { file: entry.file, node: entry.node },
    `Whoever ${told ? "gets here" : "is known"} may do this: ${guard} stands before ${milder === null ? "all that is beside it" : "what is less"}, and nothing of the kind before it.`,
    first,
  );
  return true;
}

/**
 * Whatever its method: it makes somebody an owner, puts somebody out or changes the tenant, others here that change
 * anything are declared to ask for a right, and this is declared to ask for none.
 */
function ungoverned(judged: Judged, report: Report): boolean {
  const { entry, trace } = judged;
  const beside = entry.neighbours?.();
  if (beside === undefined || beside.own.guards.length > 0 || beside.own.asksWhose === true) return false;
  const others = beside.others.filter(({ method, guards }) => method !== "GET" && guards.length > 0);
  const guard = others[0]?.guards[0];
  if (guard === undefined || others.length < 2) return false;
  if (isOfOnesOwn(`${entry.path ?? ""} ${entry.name}`) || asksPolicy(judged, beside.own.method)) return false;
  if (asksInText({ file: entry.file, node: entry.node }, judged)) return false;
  const done = trace.operations.find((one) => isGovernment(one));
  // The caller's own row may say that they are an owner.
  const looksAtOwn = trace.operations.some(
    (one) => one.kind === "query" && comparisons(one.query.where).some(({ value }) => isPerson(value)),
  );
  if (done === undefined || looksAtOwn) return false;
  report.violated(
    missingRole,
    { file: entry.file, node: entry.node },
    `Whoever is known may do this: ${guard} stands before what is beside it, and nothing of the kind before it.`,
    done,
  );
  return true;
}

/** `authorize(user, "read", document)`: what the caller may do to it is asked inside. */
function asksPolicy({ entry, project }: Judged, method: string | null): boolean {
  const text = project.file(entry.file)?.text ?? "";
  for (const node of walk(entry.node)) {
    const right = rightOfCaller(node, text);
    // A right to look is none to change anything.
    if (right !== null && (method === "GET" || !isToLookAt(right))) return true;
    if (
      node.type === "CallExpression" &&
      node.callee.type === "Identifier" &&
      /^(?:authori[sz]e|can|cannot|assertCan|ensureCan|enforce)$/.test(node.callee.name) &&
      node.arguments[1]?.type === "Literal" &&
      typeof node.arguments[1].value === "string"
    )
      return true;
  }
  return false;
}

/** The function that does it asks for nothing, and others beside it that do no more ask in their own bodies. */
function inBodies(judged: Judged, report: Report): boolean {
  const { entry, trace, project } = judged;
  const file = project.file(entry.file);
  if (file === null || entry.kind === "page") return false;
  for (const one of trace.operations) {
    if (!changes(one) || !(one.facts.has("auth") || isBehindAll(one, file))) continue;
    const around = one.within.findLast((place) => place.file === entry.file && guardBeside(file, place.node) !== null);
    const guard = around === undefined ? null : guardBeside(file, around.node);
    if (around === undefined || guard === null) continue;
    if (
      isOfOnesOwn(entry.name) ||
      asksForMore(one, around, judged) ||
      (isOwnAddition(one) && (OF_AN_OWNER.test(guard) || OF_WHAT_IS_THERE.test(guard))) ||
      (isOfItself(guard) && ((isTheirs(one) && !givesRole(one)) || !isAskedOf(one, file, around.node)))
    )
      continue;
    const inside = entry.node.start <= around.node.start && around.node.end <= entry.node.end;
    report.violated(
      missingRole,
      // Of a handler that stands in its registration, that is what is declared.
      { file: around.file, node: inside ? entry.node : around.node },
      `Whoever is known may do this: ${guard} is asked before what is less, and nothing of the kind before it.`,
      one,
    );
    return true;
  }
  return false;
}

/** `session.isAdmin`, `adminProcedure`: it stands for one handler, and says nothing of what another is to ask. */
function isOfItself(guard: string): boolean {
  return guard.includes(".") || /(?:procedure|action)$/i.test(guard);
}

/** What is only now made has no owner yet who could be asked for. */
const OF_AN_OWNER = /own(?:er|s|ed|ership)?(?![a-z])|author(?![a-z])|creator|belongs|mine(?![a-z])/i;

/** `assertCanModifyNote`: of a row that is there already. */
const OF_WHAT_IS_THERE =
  /(?:modify|edit|update|change|delete|remove|rename)[A-Z_]|^(?:cannot|can|may)_?(?:modify|edit|update|change|delete|remove)$/i;

/** A role is asked by those beside it that do something to the same. */
function isAskedOf(one: Operation, file: ProjectFile, node: Node): boolean {
  const path =
    one.kind === "query" ? one.query.table.split(".") : one.kind === "call" ? one.path.split(".").slice(0, -1) : [];
  // `writeProxyConfig(…)` beside `readProxyConfig()`.
  const [, called = ""] =
    one.kind === "call" && path.length === 0 ? (/^[a-z]+([A-Z]\w{5,})$/.exec(one.name) ?? []) : [];
  const noun = path.at(-1) ?? called;
  return (
    noun !== "" &&
    rightsInBodies(file, node)?.others.some(({ guards: asked, said }) => asked.length > 0 && said?.includes(noun)) ===
      true
  );
}

/** `app.addHook("preHandler", journalistHook)`: nobody knows what it asks, and it asks the same of whoever comes to any of them. */
function isBehindAll({ facts }: Operation, file: ProjectFile): boolean {
  const [, gate = ""] = /^(\w+) is not in the tree$/.exec(facts.get("opaque:auth")?.why ?? "") ?? [];
  return gate !== "" && standingBeforeAll(file).has(gate);
}

/** What is changed was shown to be the caller's, or is added under their name. */
function isTheirs(one: Operation): boolean {
  return isOwnAddition(one) || (one.kind === "query" && scopeOf(one.query.where, one.facts) !== null);
}

/** A row is written, or code that is not seen is told to and not who wants it. */
function changes(one: Operation): boolean {
  if (one.kind === "query") return !isLookUp(one);
  return (
    one.kind === "call" &&
    one.origin === "missing" &&
    (isSensitive(one) || wordsOf(one.name).length > 2) &&
    nameKind(one.name) === "writes" &&
    one.args.some((arg) => clientOf(arg) !== null) &&
    !one.args.some((arg) => arg.k === "request" || isPerson(arg) || arg.k === "principal")
  );
}

/** Confined to the caller's tenant, or added to it. */
function isOfOwnTenant(one: Operation): boolean {
  if (one.kind !== "query") return false;
  const { where, data } = one.query;
  const written = data?.k === "struct" ? [...data.props.values()] : [];
  return [...comparisons(where).map(({ value }) => value), ...written].some(({ k }) => k === "principal");
}

const guards = new WeakMap<Node, string | null>();

/** What milder functions beside this one ask for; all of a file are looked through for each, once. */
function guardBeside(file: ProjectFile, node: Node): string | null {
  const before = guards.get(node);
  if (before !== undefined) return before;
  const beside = rightsInBodies(file, node);
  const found = beside === null || !isOddOne(beside) ? null : guardOfMilder(beside);
  guards.set(node, found);
  return found;
}

/** A function that by its name asks for a right is called there: `ability.cannot(…)`, `assertOwner(…)`. */
function asksInText({ file, node }: Place, { project }: Judged): boolean {
  const text = project.file(file)?.text.slice(node.start, node.end) ?? "";
  for (const [, name = ""] of text.matchAll(/\b(\w+)\s*\(/g))
    if (/^cannot$/.test(name) || (ASKS.test(name) && asksForRights(name))) return true;
  return false;
}
/** Asked of the caller; `target.isAdmin()`, `user.hasPermission(…)` may be of somebody else. */
const ASKS = /^(?:can|may|authori[sz]e|assert|require|ensure|check|verify|enforce|must|demand|throw)(?![a-z])/;

/** Something of a role, of ownership or of the caller's own stands in the function, or was asked on the way. */
function asksForMore(one: Operation, { file, node }: Place, judged: Judged): boolean {
  const { project, trace } = judged;
  if (one.facts.has("role") || one.facts.has("global") || one.facts.has("asked:role")) return true;
  const text = project.file(file)?.text.slice(node.start, node.end) ?? "";
  return (
    asksInText({ file, node }, judged) ||
    /\.role\b(?!\s*[,})])|[oO]wner|permission/.test(text) ||
    trace.operations.some((each) => each.place.file === file && isOfPerson(each, node))
  );
}

/** It is the caller's own row that is changed or looked at in there. */
function isOfPerson(one: Operation, { start, end }: Place["node"]): boolean {
  return (
    one.kind === "query" &&
    start <= one.place.node.start &&
    one.place.node.end <= end &&
    comparisons(one.query.where).some(({ value }) => isPerson(value))
  );
}

/** One's own affairs need no role. */
function isOfOnesOwn(said: string): boolean {
  return OWN.test(said.replace(OF_THE_HOUSE, ""));
}
/** `/admin/system-preferences`, `/site/profile`: of the product, and nobody's own. */
const OF_THE_HOUSE =
  /\b(?:admin|system|site|instance|server|global|platform|app|org|organi[sz]ation|workspace|team|tenant|company)[-_/](?:profile|preferences|account)\b/gi;
const OWN = /\b(?:me|my|mine|self|own|profile|leave|account|preferences)\b/i;

/** A role was compared on the way, by code that was seen; or it is about the caller's own, which the call is told. */
function asksElsewhere(one: Operation, done: readonly Operation[], anyway: "whole" | "id" | null): boolean {
  const role = one.facts.get("role");
  if (role?.sure === true || one.facts.has("shared-secret") || one.facts.has("signature")) return true;
  // By its name it was asked on the way, and not by what stands before the handler.
  if (role !== undefined && role.place !== null && standsIn(role.place, one)) return true;
  if (one.kind === "query")
    // That the caller belongs was looked up: what is changed then is another matter.
    return (
      (!isLookUp(one) || done.every(isLookUp)) && comparisons(one.query.where).some(({ value }) => isPerson(value))
    );
  return (
    one.kind === "call" &&
    one.args.some(
      (arg) =>
        (isPerson(arg) || isWholeCaller(arg)) &&
        !(arg.k === "principal" && (anyway === "whole" || (anyway === "id" && /id$|^sub$/i.test(arg.path)))),
    )
  );
}

/** `orders.cancel(req.user, id)`: all that is known of the caller, their role among it. */
function isWholeCaller(value: Value): boolean {
  return value.k === "principal" && /^(?:\w+\.)?(?:user|actor|viewer|currentUser|account|principal)$/.test(value.path);
}

/** Those who are asked for a right hand on by which id the caller is known as well: it is told for other ends than to ask for one. */
function toldAnyway(beside: Neighbours | undefined): "whole" | "id" | null {
  if (beside === undefined || !isOddOne(beside)) return null;
  const { others } = beside;
  const asked = others.filter(({ method, guards }) => guards.length > 0 && method !== "GET");
  // Where each of the others is for those who run the product, what they are told of the caller is for no question.
  if (
    others.length > 3 &&
    others.every(({ guards }) => guards.some((one) => FOR_STAFF.test(one))) &&
    asked.some(({ said = "" }) => TELLS_WHOLE.test(said))
  )
    return "whole";
  return asked.some(({ said = "" }) => TELLS_WHO.test(said)) ? "id" : null;
}
const FOR_STAFF = /\((?:is|require|requires|only)?_?(?:super_?)?(?:admin|staff|root|operator|superuser)/i;
const TELLS_WHOLE =
  /\(\s*(?:(?:req|request|ctx)[?!]?\.)?(?:auth|user|account|me|actor|principal|viewer|caller|session)\s*[,)]/;
const TELLS_WHO =
  /\(\s*(?:[^()]{0,120},\s*)?(?:\w+[?!]?\.)?(?:user|account|me|actor|principal|viewer|caller)[?!]?\.(?:id|sub|uid|userId)\s*[,)]/;

function standsIn({ file, node }: Place, { within }: Operation): boolean {
  return within.some(
    (around) => around.file === file && around.node.start <= node.start && node.end <= around.node.end,
  );
}

function isOwnAddition(one: Operation): boolean {
  if (one.kind !== "query" || one.query.verb !== "create" || one.query.data?.k !== "struct") return false;
  // `...(me.isGuest ? { guestId: me.id } : { userId: me.id })`
  return [...one.query.data.props.values(), ...one.query.data.spreads].some((value) =>
    value.k === "choice" ? value.alternatives.every((each) => isPerson(each.value)) : isPerson(value),
  );
}

function isLookUp(one: Operation): boolean {
  return one.kind === "query" && /^(?:read|list|count)$/.test(one.query.verb);
}

/** The caller, not the tenant they act for; or a row that is theirs. */
function isPerson(value: Value, depth = 0): boolean {
  if (depth > 3) return false;
  if (value.k === "struct") return [...value.props.values()].some((one) => isPerson(one, depth + 1));
  if (value.k === "request") return value.path === "";
  if (value.k === "rows")
    return /^_?id$/.test(value.path) && comparisons(value.query.where).some(({ value: by }) => isPerson(by, depth + 1));
  return value.k === "principal" && PERSON_PATH.test(value.path);
}
/** Where who is calling is told apart from what they belong to. */
export const PERSON_PATH =
  /^$|^(?:(?:\w*user|me|viewer|actor|principal|session|auth|claims|token|payload|data|profile|account|caller|identity)\.)*(?:id|_id|sub|uid|email|username|(?:user|member|profile|person|employee)_?id)$/i;

/** `EmbedConfig.delete({ id: Number(params.embedId) })`: code that is not seen changes what the client names by its id. */
function isToldWhich(one: Operation): boolean {
  return (
    one.kind === "call" &&
    // `function configure(app, ctx)`: what is handed over when the application is put together is not seen either.
    (one.origin === "missing" || (one.origin === "opaque" && one.path.split(".").length > 2)) &&
    (nameKind(one.name) === "writes" || (BARE_WRITE.test(one.path) && !KEPT.test(one.path))) &&
    one.args.some((arg) =>
      clientsOf(arg).some(({ part, path }) => part === "params" && /(?:id|uuid|slug)$/i.test(path)),
    )
  );
}

const BARE_WRITE = /\.(?:delete|remove|destroy|update|archive|restore|disable|enable|revoke|cancel|set)$/;
const KEPT = /cache|map|redis|memo|session|log|emit|socket/i;

/** Rows are changed by a package that is not there: of the application's own monorepo. */
function isPassedOn(one: Operation): boolean {
  return one.kind === "call" && one.origin === "package" && nameKind(one.name) === "writes";
}
