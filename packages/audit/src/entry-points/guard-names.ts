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
  const [first = "", ...rest] = wordsOf(name);
  if (STATES.test(first) || name === "UseGuards" || OPENS.test(name)) return null;
  if (/^(?:Security|CheckPolicies|Authorized|Admin)$/.test(name)) return "rights";
  const words = [first, ...rest];
  // `@UseCustomerAuthGuard()`, `@JwtProtected()`: guards that the application puts together.
  const guards = words.some((word) => /^(?:guards?|guarded|protected)$/.test(word));
  const asks = /^(?:use|requires?|required|has|check|needs?|only|with|allowed|roles?|permissions?|scopes?|admin)$/.test(
    first,
  );
  if (/^(?:roles?|permissions?|scopes?)$/.test(words.at(-1) ?? "")) return "rights";
  if ((guards || asks || words.at(-1) === "only") && words.some((word) => RIGHTS.test(word))) return "rights";
  if (/^auth(?:enticated?)?$/.test(first) && rest.length === 0) return "known";
  return (guards || asks) &&
    words.some((word) => /^(?:auth\w*|jwt|session|login|loggedin|signedin|customer|user|guards?)$/.test(word))
    ? "known"
    : null;
}
/** `@ApiBearerAuth()` tells of it, `@SkipAuth()` and `@OptionalAuth()` do without. */
const STATES =
  /^(?:api|skip|no|public|allow|un|without|optional|ignore|exclude|set|reflect|inject|get|current|cached?)$/;
const OPENS = /optional|anonymous|unprotected|public|throttl|csrf|captcha|rate_?limit|cache/i;
