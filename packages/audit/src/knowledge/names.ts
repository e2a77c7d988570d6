import { isPerson, isTechnical } from "./people.ts";

/** `getServerAuthSession` → get, server, auth, session. */
export function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
}

const known = new Map<string, NameKind>();

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(" "));
}

/**
 * What a function whose code is not seen is taken for, by its name alone. Nothing taken from a name is ever proved: it
 * makes an answer unknown where there would be a violation.
 */
export type NameKind =
  /** Answers who is calling: `getSession`, `currentUser`, `auth`. */
  | "identity"
  /** Stops the caller when it may not: `requireUser`, `assertAccess`. */
  | "asserts"
  /** Answers whether it may: `canEdit`, `isOwner`, `checkPermission`, `verifySignature`. */
  | "asks"
  /** Reads or changes data: `getProject`, `deleteUser`. */
  | "reads"
  | "writes"
  /** Checks the shape of input. */
  | "validates"
  /** Makes a value unreadable or shorter: `maskKey`, `hashToken`. */
  | "conceals"
  /** Wraps a handler with a check: `withAuth`. */
  | "guards"
  /** Wraps a handler without one: `withLogging`, `asyncHandler`. */
  | "wraps"
  | "none";

const IDENTITY = words(
  "auth authentication authenticated authorization authorisation session sessions user viewer actor identity " +
    "principal me login loggedin signedin jwt claims caller authed authz authn oauth",
);
const RIGHTS = words(
  "access permission permissions permitted allowed authorized authorised role roles admin owner ownership owns " +
    "member membership privilege privileges scope scopes ability rights acl rbac policy signature tenant tenancy " +
    "superuser superadmin staff operator operators support moderator moderators backoffice team organization organisation org workspace password credentials credential token " +
    "apikey secret webhook cron internal feature entitlement entitled belongs api key isadmin forbidden fobidden denied " +
    "disallowed unauthorized unauthorised prohibited accessible readable writable writeable editable deletable viewable",
);
const ASSERTING = words(
  "require requires ensure assert enforce protect authorize authorise authenticate guard restrict must demand " +
    "only throw deny forbid protected",
);
const ASKING = words(
  "is has can may check verify validate does allow allows should belongs owns valid allowed permitted confirm " +
    "compare safe matches test",
);
const GETTING = words(
  "get fetch load find read resolve current use retrieve extract decode parse lookup server optional maybe",
);
const READING = words("get fetch load find read list retrieve search query select export download lookup");
const WRITING = words(
  "create update delete remove save insert upsert set add put patch destroy archive restore publish unpublish " +
    "cancel invite revoke send transfer assign unassign move merge import process apply grant enable disable " +
    "reset rotate refund charge pay purge drop bulk store write edit rename duplicate clone leave join kick ban " +
    "promote demote trigger run execute sync deactivate activate subscribe issue generate start stop increment " +
    "upload",
);
const VALIDATING = words("validate validator schema sanitize sanitise parse valid validated validation");
const CONCEALING = words(
  "mask masked redact redacted hash hashed sanitize sanitise obfuscate truncate fingerprint encrypt encrypted " +
    "sha256 digest last4 scrub escape purify",
);
/** `authenticateRequest` looks at who sends it, and at no shape. */
const WHO = words("authenticate authorize authorise");
const PLAIN = words(
  "logging logger log error errors sentry handler async catch try timing tracing trace metrics metric cors rate " +
    "limit ratelimit cache retry request response id span telemetry monitoring performance profile json " +
    "validation validate body schema method methods headers timeout axiom highlight context",
);

/** Middleware that is called by what those are who pass it. */
const BY_ONE_WORD =
  /^(?:authenticate|authorize|authorise|authenticated|authorized|authorised|authed|authn|authz|secured|loggedin|logged|signedin|rbac|acl|superuser)$/;
const TURNS_AWAY =
  /^(?:unauth\w*|non?(?:auth|admin|member|owner)\w*|anonymous|strangers?|guests?|authenticate|login|signin)$/;
const CHECKED = words(
  "auth access permission permissions ownership membership role authorization authorisation session",
);
const PLAIN_CHECKS = words(
  "health status type input body value format webhook signature email domain dns run last next",
);
const FAILURES = words("error errors exception exceptions failure failures rejection rejections promise async route");
const ACCESS = words("access permission permissions ownership membership rights");
const ASKED_OF = words("role roles allowed authorized permitted policy scope scopes ability privilege");
const TENANTS = words("org organization organisation team workspace tenant account request action");

/** `orderItems` as a database would write it: `order_Items`. */
export function snake(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, "$1_$2");
}

export function nameKind(name: string): NameKind {
  const before = known.get(name);
  if (before !== undefined) return before;
  const kind = classify(wordsOf(name.replace(SIGNED_IN, "$1edin")));
  known.set(name, kind);
  return kind;
}

/** `ensureLoggedIn`, `must_be_signed_in`: one word. */
const SIGNED_IN = /(logg|sign)ed_?in(?![a-z])/i;

function classify(words: readonly string[]): NameKind {
  const [first = "", ...rest] = words;
  const has = (set: ReadonlySet<string>): boolean => words.some((word) => set.has(word));
  const restHas = (set: ReadonlySet<string>): boolean => rest.some((word) => set.has(word));
  if (has(CONCEALING) && !restHas(IDENTITY) && !["authenticate", "authorize"].includes(first)) return "conceals";
  // `validatedActionWithUser(schema, fn)`, `apiHandlerWithSession(fn)`.
  if (
    words.slice(words.indexOf("with") + 1).some((word) => IDENTITY.has(word) || TENANTS.has(word)) &&
    words.indexOf("with") > 0 &&
    words.slice(0, words.indexOf("with")).some((word) => /^(?:action|handler|route|procedure|endpoint|api)$/.test(word))
  )
    return "guards";
  if (first === "with" || first === "wrap") {
    if (restHas(IDENTITY) || restHas(RIGHTS) || restHas(ASSERTING) || rest.some(isPerson)) return "guards";
    return restHas(PLAIN) ? "wraps" : "none";
  }
  if (ASSERTING.has(first))
    return rest.length === 0 || restHas(IDENTITY) || restHas(RIGHTS) || restHas(PLAIN) || rest.some(isPerson)
      ? restHas(PLAIN) && !WHO.has(first) && !restHas(IDENTITY) && !restHas(RIGHTS) && !rest.some(isPerson)
        ? "validates"
        : "asserts"
      : WHO.has(first) || first === "protect" || first === "guard" || (first === "restrict" && rest[0] === "to")
        ? "asserts"
        : "none";
  // `privateRoute`, `rejectUnauthenticated`, `mustAuthenticate`
  if (/^(?:private|secured?|protected)$/.test(first) && /^(?:route|routes|endpoint|handler)$/.test(rest.join("_")))
    return "guards";
  if (/^(?:reject|refuse|deny|block|must|needs?)$/.test(first) && rest.some((word) => TURNS_AWAY.test(word)))
    return "asserts";
  if (words.at(-1) === "only" || words.at(-1) === "required" || words.at(-1) === "guard") return "asserts";
  // `projectAuthCheck(projectId)`: what is done says the last word.
  if (/^(?:check|verification)$/.test(words.at(-1) ?? "") && has(CHECKED) && !has(PLAIN_CHECKS)) return "asserts";
  // `testWebhook(id)`, `testApiKey(key)`: one is sent or used to try it out; `testPermission` asks.
  if (first === "test" && rest.length > 0 && !restHas(ACCESS) && !restHas(ASKED_OF)) return "none";
  if (
    ASKING.has(first) &&
    (restHas(IDENTITY) ||
      restHas(RIGHTS) ||
      first === "can" ||
      first === "owns" ||
      (first === "allowed" && rest[0] === "to") ||
      (first === "has" && rest.length > 0))
  )
    return "asks";
  if (first === "validate" && words.at(-1) === "request" && words.length === 2) return "identity";
  if ((first === "current" || (GETTING.has(first) && words[1] === "current")) && words.length > 1) return "identity";
  // `validateWorkflowAccess(request, id)` validates no shape.
  if (first === "validate" && restHas(ACCESS)) return "none";
  if (first === "validate" || (has(VALIDATING) && !restHas(IDENTITY))) return "validates";
  if (words.length === 1) {
    if (first === "auth" || first === "session" || first === "viewer" || first === "protect" || first === "me")
      return "identity";
    return BY_ONE_WORD.test(first) ? "asserts" : "none";
  }
  const last = words.at(-1) ?? "";
  if (
    (GETTING.has(first) || first === "auth" || first === "session") &&
    (IDENTITY.has(last) ||
      last === "claims" ||
      (restHas(IDENTITY) &&
        (words.includes("from") ||
          words.includes("current") ||
          words.includes("server") ||
          words.includes("request") ||
          words.includes("session") ||
          words.includes("auth"))))
  ) {
    return restHas(new Set(["by", "for", "with"])) || (last === "user" && rest.length === 1 && first === "find")
      ? "reads"
      : "identity";
  }
  if (first === "validate" && restHas(IDENTITY)) return "identity";
  // `getOrgContext()`: who is calling and for whom.
  if (GETTING.has(first) && (last === "context" || last === "ctx") && (restHas(IDENTITY) || restHas(TENANTS)))
    return "identity";
  if (GETTING.has(first) && words.includes("context") && (last === "req" || last === "request")) return "identity";
  if (has(ASKING) && restHas(RIGHTS) && !WRITING.has(first) && !READING.has(first)) return "asks";
  if (WRITING.has(first)) return "writes";
  if (READING.has(first)) return "reads";
  if (
    words.some((word) => word.startsWith("async")) ||
    words.includes("catch") ||
    (/^(?:handle|safe|safely|forward|pass)$/.test(first) &&
      rest.length > 0 &&
      rest.every((word) => FAILURES.has(word))) ||
    (words.includes("handler") && restHas(PLAIN))
  )
    return "wraps";
  if (words.includes("middleware") && has(IDENTITY)) return "asserts";
  if (last === "middleware" && (has(RIGHTS) || has(IDENTITY))) return "asserts";
  if (has(IDENTITY) && (words.includes("check") || words.includes("verify"))) return "asks";
  if (
    words.includes("auth") ||
    words.includes("authenticated") ||
    words.includes("authorized") ||
    words.includes("protected")
  )
    return "guards";
  return "none";
}

/**
 * A name that says what it is without saying whose: `requireMarketplace`, `getTutor`, `adjuster`. It speaks of the
 * caller where it is called with nothing that chooses another.
 */
export function mayNameCaller(name: string): "asserts" | "identity" | null {
  const [first = "", ...rest] = wordsOf(name);
  if (ASSERTING.has(first) && rest.length > 0 && !rest.some(isTechnical)) return "asserts";
  const last = rest.at(-1) ?? first;
  if (!isPerson(last) || last === "host" || last.endsWith("s") || WRITING.has(first)) return null;
  return rest.length === 0 || GETTING.has(first) || isPerson(first) ? "identity" : null;
}

/** A member that tells what somebody may do: `role`, `isAdmin`, `permissions`. */
export function isRoleName(path: string): boolean {
  return ROLE.test(path.slice(path.lastIndexOf(".") + 1)) || OF_STAFF.test(path);
}
/** `user.operator`: of somebody it says what they are. */
const OF_STAFF =
  /(?:^|\.)(?:user|account|me|viewer|profile|caller|actor|identity)\.(?:operator|moderator|super_?user|root|sys_?admin|god|internal|employee|support)$/i;
const ROLE =
  /^(?:\w*[_]?roles?|\w*Roles?|is_?\w*?(?:admin|owner|staff|moderator|editor|member|operator|support(?!ed|s)|super_?user|root_?user|internal_?user|employee)\w*|(?:super_?)?admin|permissions?|privileges?|scopes?|access_?level|account_?type|can[A-Z_]\w*|owner|staff|plan|tier|abilities|rights)$/i;

/** A member that holds a secret only its holder knows. */
export function isTokenName(path: string): boolean {
  return TOKEN.test(path.slice(path.lastIndexOf(".") + 1));
}
const TOKEN = /(?:token|secret|otp|nonce|code|hash|api_?key|password)$/i;

/** A member or name that says who is calling or for whom: `user`, `session`, `orgId`. */
export function isCallerName(name: string): boolean {
  return CALLER.test(name);
}
const CALLER =
  /^(?:(?:current|auth|session|logged_?in|authenticated|request)?_?(?:user|person|subject|staff|employee|operator|account|member|membership|actor|viewer|principal|identity|profile|workspace|organi[sz]ation|org|team|tenant|customer|company)(?:_?id|_?slug)?|session|auth|auth_?context|authentication|jwt|jwt_?payload|token_?payload|claims|creds|credentials|uid|sub|caller|authorizer|api_?key(?:_?id)?|access|is_?logged_?in|is_?authenticated|logged_?in|authenticated|auth[zn](?:_?(?:data|user|info|context|result))?|(?:auth|user|session|account|member|caller)_?(?:params|info|data|details|state|result|payload|principal)|admin|is_?\w*admin)$/i;

/** What an answer says no by: `error`, `response`, `redirectTo`. */
export function isRefusalName(path: string): boolean {
  return REFUSAL.test(path);
}
const REFUSAL =
  /(?:^|\.)(?:error\w*|err|failure|response|errorResponse|redirect\w*|unauthori[sz]ed|forbidden|denied|problem|rejected)$/i;

/** A column or member that names the tenant: `orgId`, `workspace_id`. */
export function isTenantName(name: string): boolean {
  return TENANT.test(name.slice(name.lastIndexOf(".") + 1));
}
const TENANT =
  /^(?:\w*_)?(?:tenant|org|organi[sz]ation|workspace|team|company|account|business|agency|group|space|merchant|store|shop|club|school|clinic)_?(?:id|slug|uuid|key)?$|(?:^|_)environment_?(?:id|slug|uuid|key)$/i;

/** A column or member that names a person: `userId`, `owner_id`, `createdBy`. */
export function isOwnerName(name: string): boolean {
  return OWNER.test(name.slice(name.lastIndexOf(".") + 1));
}
const OWNER =
  /^(?:id_)?(?:user|owner|author|creator|created_?by|member|customer|profile|account|assignee|sender|uploader|updated_?by|belongs_?to|person|employee|patient|student|seller|buyer|host|actor|invited_?by|submitted_?by|requested_?by|reviewer)_?(?:id|uuid|sub)?$/i;
