import { wordsOf } from "../knowledge/names.ts";
import { asksForRights, RIGHTS_OF } from "../knowledge/staff.ts";
import type { Value } from "../values/value.ts";

const RIGHTS =
  /^(?:roles?|permissions?|scopes?|admins?|administrators?|owners?|ownership|polic(?:y|ies)|abilit(?:y|ies)|privileges?)$/;
const TENANTS = /^(?:tenan(?:t|cy)\w*|orgs?|org(?:id|scoped|member|access)|organi[sz]ation\w*|teams?|workspaces?)$/;
const BELONGING = /^(?:owners?|ownership|members?|membership|belongs?)$/;

/** `RolesGuard`, `ProjectAccessGuard`; `JwtAccessTokenGuard` only wants to know who it is. */
export function asksRightsOf(guard: string): boolean {
  const words = wordsOf(withoutToken(guard));
  return (
    words.some((word) => RIGHTS.test(word) || BELONGING.test(word) || word === "access") ||
    asksForRights(words.join("_"))
  );
}

/** `OwnerGuard`, `OrgMemberGuard`: may have looked at what is asked for. `TwoFactorGuard` has "org" in it and has not. */
export function asksWhoseOf(guard: string): boolean {
  return wordsOf(withoutToken(guard)).some((word) => BELONGING.test(word) || TENANTS.test(word) || word === "access");
}

function withoutToken(name: string): string {
  return name.replace(/Access_?(?=Token|Jwt|JWT)|(?<=Jwt|JWT)_?Access(?=Guard)/g, "");
}

/** What a decorator asks of whoever calls: for nothing, to be known, or for a right. */
export function asksByDecorator(name: string): "known" | "rights" | null {
  const words = wordsOf(name.replace(/(logg|sign)ed_?in(?![a-z])/i, "$1edin"));
  const [first = ""] = words;
  if (STATES.test(first) || name === "UseGuards" || OPENS.test(name)) return null;
  if (/^(?:Security|CheckPolicies|Authorized|Admin)$/.test(name)) return "rights";
  // A verb and whom it asks for, and nothing after that: `@RequireUserAgent()` asks for no user.
  const said = [...words];
  let isGuard = false;
  while (said.length > 1 && GUARDS.test(said.at(-1) ?? "")) {
    isGuard = true;
    said.pop();
  }
  const asks = VERBS.test(first);
  if (asks && said.length > 1 && /^(?:to|for|on|in|of|any|all)$/.test(said.at(-1) ?? "")) said.pop();
  const noun = said.at(-1) ?? "";
  const isWhole = said.length === 1 || said.slice(0, -1).every((word) => OF.test(word));
  // `@UseCustomerAuthGuard()`, `@AdminOnly()`, `@ProjectScope("report:update")`.
  if (RIGHTS.test(noun) && (asks || isGuard || isWhole)) return "rights";
  if (isGuard && said.some((word) => RIGHTS.test(word))) return "rights";
  if (said.length === 1 && /^auth(?:enticated?)?$/.test(first)) return "known";
  if (isGuard && words.some((word) => /^guards?$/.test(word))) return "known";
  return (asks || isGuard) && said.length > (asks && !isGuard ? 1 : 0) && KNOWN.test(noun) ? "known" : null;
}
const VERBS =
  /^(?:use|requires?|required|has|checks?|needs?|only|with|allowed|restrict|ensure|assert|enforce|roles?|permissions?|scopes?|admin)$/;
const GUARDS = /^(?:guards?|guarded|protected|only|required|allowed)$/;
/** Of what the rights are: `@GlobalScope()`, `@OrgRoles()`; `@IncludeRoles()` is told which relations to load. */
const OF =
  /^(?:global|project|org|organi[sz]ation|team|workspace|tenant|account|company|user|member|resource|app|min|minimum|any|all)$/;
const KNOWN = /^(?:auth\w*|jwt|session|login|loggedin|signedin|customer|user|account|member|token)$/;
/** `@ApiBearerAuth()` tells of it, `@SkipAuth()` and `@OptionalAuth()` do without. */
const STATES =
  /^(?:api|skip|no|public|allow|un|without|optional|ignore|exclude|set|reflect|inject|get|current|cached?)$/;
const OPENS = /optional|anonymous|unprotected|public|throttl|csrf|captcha|rate_?limit|cache/i;

/** `@Allow(Permission.UpdateOrder)`, `@For(Role.Admin, Role.Editor)`: whatever it is called, it is told rights, and none of everybody's. */
export function mayBeToldRights(name: string): boolean {
  return TOLD.test(name) && !OPENS.test(name);
}

/** Members of the house's list of rights, and of nothing else. */
export function areRights(args: readonly Value[]): boolean {
  const given = args.flatMap((arg) => (arg.k === "list" ? arg.items : [arg]));
  return given.length > 0 && given.every((arg) => isRight(arg));
}
const TOLD =
  /^(?:allow|permits?|can|may|grant|only|for|secure[ds]?|protect(?:ed)?|guard(?:ed)?|authori[sz]e[ds]?|acl|rbac|needs?|requires?|restrict(?:ed)?(?:_?to)?|access(?:ible)?(?:_?(?:by|for|to))?)$/i;

/** A member of the house's list of rights, or of roles, that is not for everybody. */
function isRight(value: Value): boolean {
  if (value.k !== "chain" || value.root.k !== "foreign") return false;
  const last = value.steps.at(-1);
  if (last?.kind !== "member" || !value.steps.every(({ kind }) => kind === "member")) return false;
  const named = [value.root.name, ...value.steps.flatMap((step) => (step.kind === "member" ? [step.name] : []))];
  return named.slice(0, -1).some((one) => RIGHTS_OF.test(one)) && !OF_ALL.test(last.name);
}
const OF_ALL = /^(?:public|anonymous|guests?|everyone|everybody|anyone|anybody|all|any|none|owner|visitor)$/i;
