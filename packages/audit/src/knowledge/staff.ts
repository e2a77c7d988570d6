import type { Value } from "../values/value.ts";
import { isOwnerName, isTenantName, wordsOf } from "./names.ts";

/** Who runs the product itself, whatever else the words stand beside. */
const ALWAYS = new Set(
  "superuser superusers superadmin superadmins super root platform system sysadmin god global backoffice instance".split(
    " ",
  ),
);
/** The same, unless a tenant has people who are called that. */
const MAYBE = new Set(
  "operator operators staff support supporter supporters moderator moderators internal site employee employees".split(
    " ",
  ),
);
/** What the members of a tenant are called: in one list with these the others are, too. */
const MEMBERS =
  /^(?:owner|admin|administrator|member|editor|viewer|manager|guest|user|billing|developer|teacher|agent)$/;
const OF_A_TENANT =
  /member|seat|\borg|organi[sz]ation|workspace|tenant|team|compan|account|project|space|group|channel|board|club|community/i;

/**
 * Do the words say that somebody was asked to be of the product's own staff? `maybe`: unless a tenant has such people.
 * `path`: where their role was read.
 */
export function namesStaff(text: string, path = ""): "surely" | "maybe" | null {
  const words = wordsOf(text);
  // `AdminPanelGuard`: a panel of its own; a dashboard's panels have editors.
  if (words.some((word, at) => word === "panel" && words[at - 1] === "admin")) return "surely";
  if (words.some((word) => ALWAYS.has(word)) || wordsOf(path).some((word) => ALWAYS.has(word))) return "surely";
  if (!words.some((word) => MAYBE.has(word)) || OF_A_TENANT.test(path)) return null;
  return text.includes(",") && words.some((word) => MEMBERS.test(word)) ? null : "maybe";
}

/** Is a role of that name or path one in a tenant: `membership.role`, `isOrgAdmin`? */
export function isOfTenant(path: string): boolean {
  return OF_A_TENANT.test(path.replace(/([a-z])([A-Z])/g, "$1 $2"));
}

/** Does the code ask for the tenant of the caller: `req.store.id`, `const { orgId } = c.var.agent`? Its staff are that tenant's. */
export function knowsTenants(text: string): boolean {
  if (last?.text !== text) last = { text, found: speaksOfTenants(text) };
  return last.found;
}
/** The last text that was asked about: every handler of a file asks about the same. */
let last: { readonly text: string; readonly found: boolean } | null = null;

function speaksOfTenants(text: string): boolean {
  for (const [, path = ""] of text.matchAll(OF_THE_CALLER)) if (path.split(/\W+/).some(isTenantName)) return true;
  for (const [, names = ""] of text.matchAll(TAKEN_OF_THE_CALLER))
    if (names.split(/\W+/).some(isTenantName)) return true;
  for (const [, name = ""] of text.matchAll(CONFINED)) if (!isOwnerName(name)) return true;
  for (const [, name = ""] of text.matchAll(SAME_COLUMN))
    if (!isOwnerName(name) && !OF_THEMSELVES.test(name)) return true;
  return false;
}
/** `.where("utility_id", "=", request.operator.utilityId)`: whatever it is called, statements are confined to it. */
const CONFINED =
  /\bwhere\b[^;]{0,120}?\b(?:req|request|ctx|context|c\.var|session|user|auth)\b[?!]?\.\w+[?!]?\.(\w+(?:Id|_id))\b/g;
/** `{ id, outletId: staff.outletId }`: the rows hang on what the caller hangs on, by the same name, whatever the house calls it. */
const SAME_COLUMN =
  /\b(\w+(?:Id|_id))\s*:\s*(?:\w+[?!]?\.){0,2}(?:staff|employee|operator|agent|user|session|me|viewer|caller|member|membership|principal|actor|auth|claims|admin|moderator)[?!]?\.\1\b/g;
/** What says who the caller is, or what kind of caller, and not where they belong. */
const OF_THEMSELVES =
  /^(?:staff|employee|operator|agent|admin|moderator|viewer|caller|principal|actor|identity|auth|external|clerk|stripe|google|github|role|plan|session|device|locale|language|currency|request|trace)(?:_?(?:user|member|customer|account))?_?id$/i;
const OF_THE_CALLER =
  /\b(?:req|request|ctx|context|c\.var|session|user|auth|me|viewer|caller|principal|agent|staff|employee|operator|actor|member|membership|claims)\b((?:[?!]?\.\w+){1,4})/g;
const TAKEN_OF_THE_CALLER =
  /\{([\w\s:,]+)\}\s*=\s*(?:await\s+)?(?:req|request|ctx|context|c\.(?:var|get)|session|user|auth|me|viewer|caller|principal|require\w+|get\w*(?:Session|User|Auth)\w*)\b/g;

/** A check that asks for more than to be known: `requireStaff`, `adminOnly`, `OperatorGuard`. */
export function asksForRights(name: string): boolean {
  return (
    wordsOf(name).some((word) => RIGHTS.has(word) || /^super|^sysadmin|^backoffice/.test(word)) ||
    namesStaff(name) !== null
  );
}
const RIGHTS = new Set(
  (
    "admin admins role roles permission permissions owner owners access can member members membership allowed " +
    "authorized ability scope scopes policy policies privilege privileges rights feature entitled entitlement"
  ).split(" "),
);

/** `isAuthenticated(Permission.MANAGE_USERS)`, `auth("admin")`, `withWorkspace(fn, { requiredPermissions })`: a check that is told what to ask for. */
export function isToldRights(args: readonly Value[]): boolean {
  return args.some((arg) => {
    if (arg.k === "list") return isToldRights(arg.items);
    if (arg.k === "struct") return [...arg.props.keys()].some((name) => RIGHTS_OPTION.test(name));
    if (arg.k === "literal") return typeof arg.value === "string" && isRight(arg.value);
    if (arg.k !== "chain" || arg.steps.some((step) => step.kind !== "member")) return false;
    const names = arg.steps.flatMap((step) => (step.kind === "member" ? [step.name] : []));
    return [arg.root.k === "foreign" ? arg.root.name : "", ...names.slice(0, -1)].some((name) => RIGHTS_OF.test(name));
  });
}

/** `"admin"`, `"users:write"`, `"canManageMembers"`: a text that names a role or a permission. */
export function isRight(text: string): boolean {
  return RIGHT.test(text);
}
const RIGHT =
  /^(?:(?:super|org|team|workspace|site|system|global|project|account|tenant)[-_ ]?)?(?:admin|owner|manager|editor|moderator|maintainer|operator|staff|superuser|administrator)s?$|^\w[\w-]*[:./](?:\w[\w-]*[:./])?(?:read|view|list|write|create|add|update|edit|delete|destroy|remove|manage|admin|invite|publish|approve|export|execute|run|share|archive|restore|cancel|assign|transfer|revoke|deploy|moderate|refund|impersonate|access|\*)$|^(?:read|view|write|create|update|edit|delete|manage|admin|invite|can)[:._-]\w+$|^can[A-Z]\w+$|^manage[A-Z]\w+$/i;
/** What an option is called that says which rights are asked for. */
export const RIGHTS_OPTION =
  /^(?:(?:required?|allowed|min(?:imum)?|needs?|any|all)_?)?(?:permissions?|roles?|scopes?|privileges?|abilit(?:y|ies)|rights?|polic(?:y|ies)|access_?levels?)$/i;
/** What holds the names of rights: `Permission.ADMIN`, `ROLES.OWNER`. */
export const RIGHTS_OF = /(?:permissions?|roles?|scopes?|privileges?|rights?|abilit(?:y|ies)|polic(?:y|ies))$/i;

/** A table of those who run the product: a row of one's own there is a right. */
export function holdsStaff(table: string): boolean {
  return /^(?:(?:app|platform|system|site|internal|global|super|instance|back_?office)_?)?(?:operators?|staff(?:_?(?:users?|members?|accounts?))?|admins?|administrators?|admin_?users?|super_?(?:admins?|users?)|moderators?|support_?(?:users?|staff|agents?)|(?:operator|staff|admin|super_?(?:admin|user)|moderator|support)_?(?:grants?|access(?:es)?|assignments?|profiles?|permissions?))$/i.test(
    table.replace(/([a-z])([A-Z])/g, "$1_$2"),
  );
}

/** The constants a check was given, as they are told of: `("operator")`. */
export function saidIn(args: readonly Value[]): string {
  const said = args
    .flatMap((arg) => (arg.k === "list" ? arg.items : [arg]))
    .flatMap((arg) => {
      const last = arg.k === "chain" ? arg.steps.at(-1) : undefined;
      return arg.k === "literal" && typeof arg.value === "string"
        ? [arg.value]
        : last?.kind === "member"
          ? [last.name]
          : [];
    });
  return said.length === 0 ? "" : `(${said.join(", ")})`;
}
