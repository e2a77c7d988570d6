import { isTenantName } from "../../knowledge/names.ts";
import { holdsStaff, isOfTenant, knowsTenants, namesStaff } from "../../knowledge/staff.ts";
import type { Judged } from "../../rules/rule.ts";
import type { Operation } from "../../trace/operation.ts";
import { comparisons, type Query } from "../../values/query.ts";

type QueryOperation = Extract<Operation, { kind: "query" }>;

/** An administrator of everything, by what was asked or where the code stands. */
export function isGlobalRole({ entry, project }: Judged, one: QueryOperation): boolean {
  const why = one.facts.get("role")?.why;
  const text = [...new Set([entry.file, one.place.file])].map((file) => project.file(file)?.text ?? "").join("\n");
  if (why !== undefined && isStaff(why, ofSameProcedure(why, text))) return true;
  const staff = one.facts.get("staff");
  if (staff !== undefined && isStaff(staff.why, `${text}\n${project.file(staff.place?.file ?? "")?.text ?? ""}`))
    return true;
  if (why !== undefined && isAdministrator(why, text)) return true;
  // Employees have groups; members of tenants have roles.
  if (why !== undefined && /^the group \S+ was asked$/.test(why) && /employee|staff|desk|back-?office/i.test(text))
    return true;
  if (why !== undefined && (isOfAll(one.query) || (!isOfTenant(why) && !namesWhat(one) && speaksOfNobody(text))))
    return true;
  const where = `${entry.path ?? ""}/${entry.file}`;
  return (
    /(?:^|\/)(?:_?admin|superadmin|back-?office|internal|staff|system)(?:\/|$|[-_.])/i.test(where) ||
    (/(?:^|\/)(?:operators?|ops)(?:\/|$|[-_.])/i.test(where) && !knowsTenants(text)) ||
    /admin/i.test(entry.name)
  );
}

/** Those who use the product, or what hangs on one of them. */
function isOfAll({ table, where }: Query, depth = 0): boolean {
  if (/^(?:tenants?|organi[sz]ations?|orgs?|users?|accounts?|compan(?:y|ies))$/i.test(table)) return true;
  return (
    depth < 3 &&
    comparisons(where).some(
      ({ value }) => value.k === "rows" && !/^_?id$/.test(value.path) && isOfAll(value.query, depth + 1),
    )
  );
}

/** What the client named was shown to be the caller's: the role was asked for that. */
function namesWhat({ facts }: QueryOperation): boolean {
  for (const [name] of facts.entries()) if (name.startsWith("ok:client:")) return true;
  return false;
}

/** `adminOnly`, where no tenant is spoken of whose administrator it could be. */
function isAdministrator(why: string, text: string): boolean {
  return (
    /(?:^|[^a-z])admin(?:istrator)?s?(?![a-z])|[a-z](?:Admin|Administrator)s?(?![a-z])|(?:^|[^A-Za-z_])ADMIN(?:ISTRATOR)?S?(?![A-Za-z_])/.test(
      why,
    ) &&
    !knowsTenants(text) &&
    !speaksOfTenants(text)
  );
}
const OF_TENANTS =
  /tenant|organi[sz]ation|workspace|\borgs?\b|\b(?:org|team|company|account|project|space|household|store|shop|school|clinic|site|board|customer|client|business|agency|group|club|environment|community|server|guild|chat|channel|room|property|building|branch|department|league|event|course|class)_?(?:id|slug)\b/i;
/** A tenant, or what belongs to one, is spoken of by its id. */
export const speaksOfTenants = ofLast(OF_TENANTS);

/** Nothing here is anybody's in particular: a product for one house, whose roles are all there is to ask for. */
export function speaksOfNobody(text: string): boolean {
  return !knowsTenants(text) && !saysWhose(text);
}

/** Every handler of a file asks about the same text. */
function ofLast(what: RegExp): (text: string) => boolean {
  let last: { readonly text: string; readonly found: boolean } | null = null;
  return (text) => {
    if (last?.text !== text) last = { text, found: what.test(text) };
    return last.found;
  };
}

const WHOSE =
  /\b(?:tenant|organi[sz]ation|workspace)s?\b|\borgs?\b|\b(?:owner|author|creator|tenant|environment|org|organi[sz]ation|workspace|team|company|account|project|space|household|store|shop|school|clinic|site|board|customer|client|business|agency|group|club)_?(?:id|slug)\b|\b(?:user|owner|created_?by)_?(?:id)?\s*(?::|=|,\s*["'=]+,)\s*(?:String\()?(?:req|request|ctx|c|session|user|me|auth|this)\b/i;
/** Applications that sign in with OAuth have an id of their own, and are no clients of anybody. */
const OAUTH = /client_?secret|redirect_?uri/i;
const saysWhose = (text: string): boolean => saysOf(OAUTH.test(text) ? text.replace(/\bclient_?id\b/gi, "") : text);
const saysOf = ofLast(WHOSE);

/** Of a router whose procedures are made in several ways, what those do that are made in this one. */
function ofSameProcedure(why: string, text: string): string {
  const [, name] = /^(\w*procedure) is taken for a check by its name$/i.exec(why) ?? [];
  if (name === undefined) return text;
  return text
    .split(/\b(?=\w*[pP]rocedure\b)/)
    .filter((part) => part.startsWith(name))
    .join("\n");
}

/** `the role operator was asked of user.role`, `the caller's row of staff was found`, `requireStaff is taken for …`. */
function isStaff(why: string, text: string): boolean {
  const [, table] = /^the caller's row of (\w+) was found$/.exec(why) ?? [];
  if (table !== undefined && holdsStaff(table)) return !knowsTenants(text) && !belongsToTenant(table, text);
  const [, said = why, path = ""] = /^(.*?) (?:was|were) asked(?: of (\S+))?$/.exec(why) ?? [];
  const named = namesStaff(said, path);
  return named === "surely" || (named === "maybe" && !knowsTenants(text));
}

const DECLARED = /(?:const|let)\s+[[{]?\s*(\w+)[^=;]{0,400}=([^;]{0,2000});/g;

/** `me.clinicId`, where `me` was found in that table: the staff of one clinic. */
function belongsToTenant(table: string, text: string): boolean {
  const found = new Set<string>();
  for (const [, name = "", value = ""] of text.matchAll(DECLARED))
    if (value.split(/\W+/).includes(table)) found.add(name);
  for (const [, name = "", member = ""] of text.matchAll(/\b(\w+)[?!]?\.(\w+)/g))
    if (found.has(name) && isTenantName(member)) return true;
  return false;
}
