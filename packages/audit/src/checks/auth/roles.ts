import { says } from "../../source/says.ts";
import { missingRole } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import { isOwnerName, isTenantName } from "../../knowledge/names.ts";
import type { Value } from "../../values/value.ts";
import type { Facts } from "../../values/facts.ts";
import { comparisons, type Query } from "../../values/query.ts";
import { clientOf, trustOf } from "../../values/trust.ts";

/** Who belongs to a tenant, what they may do, and the tenant itself. */
const GOVERNED =
  /(?:^|_)(?:\w*member(?:ship)?s?|\w*invit(?:e|ation)s?|\w*roles?|api_?(?:key|token)s?|organi[sz]ations?|orgs?|workspaces?|teams?|tenants?)$/i;
/** The file's own handlers ask for one. */
const ASKED =
  /\brole\b\s*(?:!==|===|!=|==)|(?:roles?|ROLES)\w{0,40}\.(?:includes|has)\(|\.includes\(\s*\w+(?:\?)?\.role\b|\bis(?:\w*(?:Admin|Owner|Manager))\(|(?:require|assert|ensure)\w{0,40}(?:Role|Admin|Owner)|\b(?:is)?atLeast\(|\bhas(?:\w*Role|Rank)\(|\b(?:RANK|LEVEL|WEIGHT|ORDER)S?\w*\[\w+(?:\?)?\.role\]|\[[^\]]{0,200}\]\.includes\([^)]{0,200}role/;

/** A change to those who belong, by somebody who was asked for nothing but to belong, where neighbours are asked for more. */
export function missingRoles(judged: Judged, report: Report): void {
  const { entry, trace, project } = judged;
  if (entry.kind === "page" || entry.framework === "key") return;
  const asks = (path: string): boolean => {
    const file = project.file(path);
    return file !== null && says(file, ASKED);
  };
  const found = trace.operations.find(
    (one) =>
      isGovernment(one) &&
      (asks(entry.file) ||
        // What several routes are handed to stands in one file of its own.
        (one.within.every(({ file }) => file === one.place.file) && asks(one.place.file)) ||
        (removesSomebody(one) && saysNothingOfRights(one, judged)) ||
        (givesRole(one) && saysNothingOfOwnRole(one, judged))),
  );
  if (found?.kind !== "query" || trace.operations.some(isOwnRow)) return;
  const asked = asks(entry.file) || asks(found.place.file);
  report.violated(
    missingRole,
    found.sent ?? found.place,
    asked
      ? `Any member may do this to ${found.query.table}; other handlers here ask for a role.`
      : `Any member may ${found.query.verb === "delete" ? "put another out of" : "give another a role in"} ${found.query.table}: nothing on the way asks for more than to belong.`,
    found,
  );
}

/** `findFirst({ where: { clubId, userId: me.id, role: "OWNER" } })`: the caller's own row, if they are one. */
function isOwnRow(one: Operation): boolean {
  if (one.kind !== "query") return false;
  const by = comparisons(one.query.where);
  return (
    by.some(({ field, value }) => /(?:^|\.)(?:\w*_)?role$|Role$/.test(field) && value.k !== "client") &&
    by.some(({ field, value }) => isOwnerName(field) && isOwn(value))
  );
}

/** The client names who is to belong no longer. */
function removesSomebody(one: Operation): boolean {
  return (
    one.kind === "query" &&
    one.query.verb === "delete" &&
    /(?:^|_)member(?:ship)?s?$/i.test(one.query.table.replace(/([a-z])([A-Z])/g, "$1_$2")) &&
    comparisons(one.query.where).some(({ op, value }) => {
      const said = op === "equal" ? clientOf(value) : null;
      return said !== null && /(?:member(?:ship)?|user)_?id$/i.test(said.path);
    })
  );
}

/** Who may is often asked in ways of the application's own: where any of its words is said, somebody may have asked. */
function saysNothingOfRights({ within }: Operation, { entry, project }: Judged): boolean {
  return ![{ file: entry.file, node: entry.node }, ...within].some(({ file, node }) => {
    const text = project.file(file)?.text.slice(node.start, node.end) ?? "role";
    return RIGHTS.test(text) || asksForRank(text);
  });
}
const RIGHTS = /role|permi|owner|admin|manag|abilit|\bcan[A-Z]|\bmay[A-Z]|allow|polic|privileg/i;

/** `requireOfficer(slug)`, `stewardProcedure`: whoever that is in this house, it is more than somebody who belongs. */
function asksForRank(text: string): boolean {
  for (const [, guarded = "", built = ""] of text.matchAll(
    /\b(?:require|assert|ensure|only|mustBe)([A-Z][A-Za-z]{2,40})\s*\(|\b([a-z][A-Za-z]{2,40})(?:Procedure|Action|Client)\b/g,
  ))
    if (!ANYBODY.test(guarded || built)) return true;
  return false;
}
const ANYBODY =
  /member|user|person|people|session|auth|log(?:ged)?_?in|sign|known|caller|current|account|access|org|team|workspace|tenant|project|space|group|company|protected|private|public|safe|base|rate|valid|input|body|json|id$|csrf|feature|plan|limit/i;

/** The client names who is to have which role. */
export function givesRole(one: Operation): boolean {
  return (
    one.kind === "query" &&
    one.query.verb === "update" &&
    one.query.data?.k === "struct" &&
    [...one.query.data.props].some(([column, value]) => /role$/i.test(column) && clientOf(value) !== null) &&
    comparisons(one.query.where).some(({ field, value }) => namesAnother(field, value))
  );
}

/** Of the caller's own role, permission or rank: the role that is given is another's. */
function saysNothingOfOwnRole({ within }: Operation, { entry, project }: Judged): boolean {
  return ![{ file: entry.file, node: entry.node }, ...within].some(({ file, node }) =>
    OWN_ROLE.test(project.file(file)?.text.slice(node.start, node.end) ?? "permission"),
  );
}
const OWN_ROLE =
  /permi|owner|abilit|\bcan[A-Z]|\bmay[A-Z]|allow|polic|privileg|is_?[aA]dmin|[aA]dmin\w*\(|(?:require|assert|ensure|check|has|with)\w*(?:Role|Admin|Access)|rank|level|(?<!\b(?:data|body|input|payload|values?|parsed|dto|args|params|form))[?!]?\.role\b/;

export function isGovernment(one: Operation): boolean {
  if (one.kind !== "query" || (one.query.verb !== "delete" && one.query.verb !== "update")) return false;
  const { query, facts } = one;
  if (!GOVERNED.test(query.table.replace(/([a-z])([A-Z])/g, "$1_$2"))) return false;
  if (!facts.has("auth") || facts.has("global") || facts.has("capability") || facts.has("rls")) return false;
  if ((facts.has("asked:role") && !askedOfSome(query, facts)) || mayHaveAsked(query, facts)) return false;
  // It was shown that the caller belongs: without that another question is the finding.
  const by = comparisons(query.where);
  if (
    ![...facts.entries()].some(([name]) => name.startsWith("ok:client:") || name.startsWith("row:")) &&
    !by.some(({ value }) => value.k === "principal" && isTenantName(value.path))
  )
    return false;
  // One's own membership, key or invitation.
  if (
    by.some(
      ({ field, value }) =>
        /(?:user|owner|person|profile|created_?by|email)(?:_?id)?$/i.test(field) &&
        trustOf(value, facts) !== null &&
        !(value.k === "rows" && isNamedByClient(value)),
    )
  )
    return false;
  // A row that was found for the caller is theirs: by its id they leave.
  if (
    by.some(({ value }) => isOwn(value)) &&
    by.every(({ value }) => trustOf(value, facts) !== null) &&
    !by.some(({ field, value }) => namesAnother(field, value))
  )
    return false;
  if (query.verb === "update" && query.data?.k === "struct" && !changesRights(query.data.props.keys())) return false;
  return true;
}

/** `target.role === "owner" && me.role !== "owner"`: asked only where the other is an owner, and a role is given to all. */
function askedOfSome({ verb, data }: Query, facts: Facts): boolean {
  if (verb !== "update" || data?.k !== "struct") return false;
  if (![...data.props].some(([column, value]) => /role$/i.test(column) && clientOf(value) !== null)) return false;
  for (const [name] of facts.entries())
    if (/^if:(?:===\()?rows:\d+\.(?:[\w[\]]+\.)*(?:role|is_?owner|is_?admin)\b/i.test(name)) return true;
  return false;
}

/** A role was asked for, or code that is not seen may have asked. */
function mayHaveAsked({ verb, data }: Query, facts: Facts): boolean {
  const role = facts.get("role");
  const grants =
    verb === "update" &&
    data?.k === "struct" &&
    [...data.props].some(
      ([column, value]) => /role$|^is_?admin$|permissions?$/i.test(column) && clientOf(value) !== null,
    );
  for (const [name, { why }] of facts.entries())
    // Where the client names the role that another is to have, that `membershipOf(request)` found somebody is not enough.
    if (name.startsWith("opaque:") && !(grants && facts.has("auth") && MAY_KNOW.test(why))) return true;
  return role !== undefined && !(grants && !role.sure && ONLY_BELONGS.test(role.why));
}
const MAY_KNOW = /^\S+ (?:may ask for the caller itself|was given the request and is not in the tree|may have looked)/;
/** `membershipOf`, `requireMember`: to belong is no role. */
const ONLY_BELONGS =
  /^(?:(?:get|find|load|fetch|resolve|require|ensure|assert|current|my|is|of|for|by|request|the|a|org|organi[sz]ation|team|workspace|project|board|group|tenant|account|space)|_)*member(?:ship)?s?(?:Of|For|In|By|Or|From|\w{0,12})? is taken for a check by its name$|^(?:org(?:ani[sz]ation)?|team|workspace|project|tenant|account|space|member|company)(?:_?scoped)?_?(?:procedure|action|route|client|mutation) is taken/i;

/** The client says which member is meant: `id: req.params.memberId`. */
function namesAnother(field: string, value: Value): boolean {
  return /^(?:_?id|(?:member(?:ship)?|user)_?id)$/i.test(field) && isNamedByClient(value);
}

/** Said by the client, or of a row that was found by what they said. */
function isNamedByClient(value: Value, depth = 0): boolean {
  if (depth > 3) return false;
  if (value.k === "choice") return value.alternatives.some((one) => isNamedByClient(one.value, depth + 1));
  if (value.k !== "rows") return value.k === "client";
  return comparisons(value.query.where).some(({ field, value: by }) => namesAnother(field, by));
}

/** Found by who is calling: the caller's own row, and not one of their tenant that they named. */
function isOwn(value: Value, depth = 0): boolean {
  if (depth > 4) return false;
  switch (value.k) {
    case "principal":
      return !isTenantName(value.path);
    case "rows":
      return comparisons(value.query.where).some(({ field, value: by }) => isOwnerName(field) && isOwn(by, depth + 1));
    case "chain":
      return value.steps.some((step) => step.kind !== "member" && step.args.some((arg) => isOwn(arg, depth + 1)));
    case "struct":
      return [...value.props.values()].some((one) => isOwn(one, depth + 1));
    case "choice":
      return value.alternatives.some((one) => isOwn(one.value, depth + 1));
    default:
      return false;
  }
}

function changesRights(columns: Iterable<string>): boolean {
  for (const column of columns)
    if (/role|permission|owner|admin|plan|billing|deleted|disabled|revoked|suspended|sso|domain/i.test(column))
      return true;
  return false;
}
