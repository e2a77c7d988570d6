import { isToLookAt } from "../knowledge/right-words.ts";

/** What an entry point, or one that stands beside it in the same router or class, asks of its caller's rights. */
export interface Asked {
  readonly method: string | null;
  /** Names of the guards that ask for a role, a scope or a permission. */
  readonly guards: readonly string[];
  /** Names of functions before it that are told something which does not read like a right: `authorized(BUILDER)`. */
  readonly toldElse?: readonly string[];
  /** Names of functions before it that are called and told nothing. */
  readonly untold?: readonly string[];
  /** Names of those that let nobody through but who runs the product: `adminOnly`, `requireStaff`; of a method, all of its guards. */
  readonly staff?: readonly string[];
  /** Of a method, the guards that stand before it and not before its whole class. */
  readonly apart?: readonly string[];
  /** Names of the guards that verify a signature. */
  readonly signatures: readonly string[];
  /** Another guard asks whose it is, or for those who govern it. */
  readonly asksWhose?: boolean;
  /** All that it says, of a function that asks in its own body. */
  readonly said?: string;
  /** Something stands before it that by its name turns strangers away. */
  readonly gated?: boolean;
  /** The path it is registered by. */
  readonly path?: string | null;
}

export interface Neighbours {
  readonly own: Asked;
  readonly others: readonly Asked[];
}

/** `requireRole`, `withRequiredScope`, `canManageMembers`: asks for more than to be known. */
export function asksRights(name: string): boolean {
  return ASKS_RIGHTS.test(name) || /^(?:can|may)(?:[A-Z]|_[a-z])/.test(name);
}
const ASKS_RIGHTS =
  /roles?(?![a-z])|permission|scopes?(?![a-z])|polic(?:y|ies)|privilege|ability|^(?:allow|permit|permits|restrictTo|grant|acl|only)$/i;

/** `isOwnProfileOrAdmin`, `ensureOwner`: asks whose it is. */
export const ASKS_WHOSE =
  /(?:^|_)own(?=[A-Z_]|$)|Own(?=[A-Z_]|$)|owner|(?:^|_)self(?=[A-Z_]|$)|Self(?=[A-Z_]|$)|OrAdmin/;

/** `twilioSigned`, `verifySlackSignature`, `WebhookGuard`: asks whether the call comes from whom it says. */
export const VERIFIES_SENDER =
  /signed(?![a-z])|signature|hmac|svix|web-?hook\w*(?:auth|guard|verif|valid|check)|(?:verif|valid|check|require|ensure|from|only)\w*(?:web-?hook|twilio|slack|stripe|github|shopify|telegram|discord|sns)|^webhook$/i;

/** A neighbour is guarded from calls that its sender did not sign, and this is not: the guard's name, or null. */
export function guardOfSigned({ own, others }: Neighbours): string | null {
  if (own.signatures.length > 0) return null;
  return others.find((one) => one.signatures.length > 0)?.signatures[0] ?? null;
}

const HARM: Readonly<Record<string, number>> = { GET: 0, HEAD: 0, OPTIONS: 0, POST: 1, PATCH: 2, PUT: 2, DELETE: 3 };

/** All the others that change anything ask for a right: what asks for none is the odd one out. */
export function isOddOne({ others }: Neighbours): boolean {
  return others.every(({ method, guards }) => guards.length > 0 || (HARM[method ?? ""] ?? 0) === 0);
}

/** Each of the others asks for a right, whatever it does, and this takes something away or changes it. */
export function isAskedOfAll({ own, others }: Neighbours): boolean {
  return (HARM[own.method ?? ""] ?? 0) > 1 && others.every(({ guards }) => guards.length > 0);
}

/** `adminOnly`, `requireAdmin`, `isStaff`, `ensureSuperuser`. */
export const ASKS_STAFF =
  /^(?:require|ensure|assert|must_?be|is|only|check|verify|restrict_?to|for|with|needs?)_?\w*(?:admin(?:istrator)?s?|staff|moderators?|operators?|super_?users?|owners?|managers?)(?:_?(?:only|user|role|access|rights))?$|^(?:admin(?:istrator)?s?|staff|moderators?|operators?|super_?users?|owners?|managers?)_?(?:only|required|guard|auth|access|check|gate|middleware)?$/i;

/** `requires(Right.MANAGE)` stands before another method of the same path, and `requires()` before this: that guard was left untold. */
export function isLeftUntold({ own, others }: Neighbours, guard: string): boolean {
  const name = guard.slice(0, guard.indexOf("("));
  return (
    isTold(guard) &&
    own.untold?.includes(name) === true &&
    others.some(({ path, guards }) => path === own.path && guards.includes(guard))
  );
}

/** All the others let nobody through but those, and this lets everybody: the guard's name, or null. */
export function guardOfAllOthers({ own, others }: Neighbours): string | null {
  if (own.guards.length > 0 || (own.staff ?? []).length > 0 || others.length < 2) return null;
  // What is looked at is often for more people than what is changed.
  // One of several that are looked at may be for all who are known; two of them hardly.
  if ((HARM[own.method ?? ""] ?? 0) === 0 && others.filter(({ method }) => (HARM[method ?? ""] ?? 4) === 0).length < 2)
    return null;
  if (others.every(({ staff = [] }) => staff.length > 0)) return others[0]?.staff?.[0] ?? null;
  // `hasRole([Role.Admin])`: by what it is told, where there are enough of them.
  const told = others.map(
    ({ staff = [], guards }) => staff.find((one) => !ASKS_WHOSE.test(one)) ?? guards.find(isForGovernors),
  );
  return others.length > 2 && told.every((one) => one !== undefined) ? (told[0] ?? null) : null;
}

/** Told the roles of those who run things, and of nobody else. */
function isForGovernors(guard: string): boolean {
  if (!isTold(guard)) return false;
  const right = guard.slice(guard.indexOf("("));
  return GOVERNS.test(right) && !OF_MEMBERS.test(right);
}
const GOVERNS =
  /(?:^|[^a-z])(?:super_?)?(?:admin(?:istrator)?|staff|operator|superuser|root)s?(?![a-z])|[a-z]Admin(?![a-z])/i;
const OF_MEMBERS = /member|viewer|guest|editor|author|user|customer|everyone|anyone|any(?![a-z])|read|view/i;

/** Something of no more consequence asks for a right, and this asks for none: the guard's name, or null. */
export function guardOfMilder({ own, others }: Neighbours): string | null {
  const harm = HARM[own.method ?? ""] ?? 0;
  // A right to look at it, asked of whoever comes to any of them, is none to change it.
  if (!toldApart(own.guards).every(isToRead) || own.asksWhose === true || harm === 0) return null;
  // What is looked for may be sent in a body: `@Permissions("table|read") @Post("query")`.
  if (own.guards.length > 0 && harm < 2) return null;
  if (harm === 1 && ONLY_LOOKS.test(own.path ?? "")) return null;
  for (const one of others) {
    const { method, guards } = one;
    if ((HARM[method ?? ""] ?? 4) > harm || (isOfAll(one) && !isOfAll(own))) continue;
    if (own.guards.length === 0 && (own.apart ?? []).some((name) => asksOtherwise(name, one))) continue;
    const first = own.guards.length === 0 ? guards[0] : guards.find((guard) => isTold(guard) && !isToRead(guard));
    // The same guard stands before both, and which right it is told here is said elsewhere.
    if (first !== undefined && !(isTold(first) && own.toldElse?.includes(first.slice(0, first.indexOf("("))) === true))
      return first;
  }
  return own.guards.length === 0 ? staffOfChanges({ own, others }) : null;
}

/** `ShareTokenSecurity` beside `AdministratorGuard`: a guard of its own decides, and what it asks for nobody sees. */
function asksOtherwise(name: string, { staff = [] }: Asked): boolean {
  return A_GUARD.test(name) && !OF_ANYBODY.test(name) && !staff.includes(name);
}
const A_GUARD = /[a-z](?:Guard|Security|Policy|Gate)$/;
/** Whom it lets by is whoever is known, or belongs. */
const OF_ANYBODY =
  /jwt|auth|session|logged|login|signed|passport|bearer|cookie|(?:access|api|id|user|bearer)_?(?:token|key)|user|person|member|tenant|org|workspace|team|account|company|throttl|rate|cache|csrf|feature|flag|plan|valid/i;

/** `POST :id/check`: sent, and no more than asked for. */
const ONLY_LOOKS =
  /\/(?:check|test|ping|verify|validate|preview|search|query|count|estimate|probe|health|status|refresh|read|seen|view(?:ed)?)\/?$/i;
/** What takes out all there is, takes it all away, or shows how the house is run is no milder than to add something. */
function isOfAll({ method, path }: Asked): boolean {
  return (method === "GET" ? TAKES_OUT : TAKES_AWAY).test(path ?? "");
}
const TAKES_OUT =
  /(?:^|[/_-])(?:export|download|dump|backup|report|audit|logs?|billing|invoices?|payouts?|secrets?|settings?|admin|stat(?:s|istics)|analytics)(?:[./_-]|$)/i;
const TAKES_AWAY = /(?:^|[/_-])(?:purge|wipe|reset|clear|bulk[_-]?delete)(?:[./_-]|$)/i;

/** `isPermitted('api:treatments:read')`: told a right, as the guard is called with. */
function isTold(guard: string): boolean {
  return guard.includes("(");
}

/** A guard that is told a right stands among them by its name alone, too. */
function toldApart(guards: readonly string[]): readonly string[] {
  return guards.filter((one) => isTold(one) || !guards.some((told) => told.startsWith(`${one}(`)));
}

function isToRead(guard: string): boolean {
  if (!isTold(guard)) return false;
  return isToLookAt(guard.slice(guard.indexOf("(")));
}

/** All others that change anything, making it among them, are for those who run the product; and this takes it away or alters it. */
function staffOfChanges({ own, others }: Neighbours): string | null {
  if ((own.staff ?? []).length > 0 || (HARM[own.method ?? ""] ?? 0) < 2) return null;
  const changing = others.filter(({ method }) => (HARM[method ?? ""] ?? 0) > 0);
  if (changing.length < 2 || !changing.every(({ staff = [] }) => staff.length > 0)) return null;
  return changing.find(({ method }) => method === "POST")?.staff?.[0] ?? null;
}
