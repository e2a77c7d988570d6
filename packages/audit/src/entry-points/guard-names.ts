import { wordsOf } from "../knowledge/names.ts";
import { asksForRights } from "../knowledge/staff.ts";

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
