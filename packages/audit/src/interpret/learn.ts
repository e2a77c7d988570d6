import { isRoleName, isTenantName } from "../knowledge/names.ts";
import { holdsEnv, storedSecret } from "./holds-secret.ts";
import { holdsStaff, namesStaff } from "../knowledge/staff.ts";
import { calledName } from "../syntax/called-name.ts";
import type { Evidence, Facts } from "../values/facts.ts";
import { keyOf } from "../values/key.ts";
import { authorise, authoriseRow } from "../values/authorise.ts";
import {
  clientOf,
  clientsOf,
  isCapability,
  isCredential,
  isDigestOfClient,
  openRow,
  scopeOf,
  trustOf,
} from "../values/trust.ts";
import { isBroughtToken } from "../values/brought-token.ts";
import { givenIn } from "../values/given.ts";
import { comparisons, type Query } from "../values/query.ts";
import type { Condition, Place, Value } from "../values/value.ts";
import { isOfferedToAll, isOpen, OFFERED } from "./is-open.ts";
import { isAskedElsewhere, isSetAddress, isWhose } from "./comparison-sides.ts";
import { lastName } from "./last-name.ts";

export function evidence(why: string, place: Place | null, sure = true): Evidence {
  return { sure, place, why };
}

/** A principal that is there: the credential was verified. */
export function knowPrincipal(value: Extract<Value, { k: "principal" }>, facts: Facts): Facts {
  const shown = evidence("the caller was identified", value.origin, value.sure);
  const found = value.origin === null ? "" : calledName(value.origin.node);
  // Who has sent it was asked, and nobody was identified.
  if (value.path === "granted" && /signature|hmac|svix|[sS]igned[A-Z]/.test(found)) return facts;
  let known = /(?:system|super|instance|platform|global|server)\w*admin/i.test(value.path)
    ? facts.with("auth", shown).with("global", shown)
    : facts.with("auth", shown);
  // `readStaffSession(cookie)`: it answers nobody but those who run the product.
  if (namesStaff(found) !== null && !/employee/i.test(found))
    known = known.withAll(["role", "staff"], evidence(`${found} was asked`, value.origin, false));
  return isRoleName(value.path)
    ? known.with("role", evidence(`${value.path} was asked`, value.origin, value.sure))
    : known;
}

/** A row that is there: when it was looked up within the principal's own, or by a credential, more than that is known. */
export function knowRow(value: Extract<Value, { k: "rows" }>, facts: Facts): Facts {
  const { query, path } = value;
  let known = facts;
  // Found under the caller's own rights: what they may not see would not have been found.
  const scope = scopeOf(query.where, facts) ?? (query.rights === "user" ? "presumed" : null);
  const relation = relationOn(path, query.nested);
  const linked = relation === undefined ? null : scopeOf(relation, facts);
  const byCredential = isCapability(query);
  if (scope === "sure" || (scope !== null && !byCredential))
    known = authoriseRow(
      query,
      known,
      evidence("the row was found within the caller's own", query.place, scope === "sure"),
    );
  else if (linked !== null && !byCredential)
    known = authoriseRow(query, known, evidence("it is linked to the caller", query.place, linked === "sure"));
  else if (byCredential) {
    known = authoriseRow(query, known, evidence("the row was found by a value only its holder knows", query.place));
    if (whereHasCredential(value)) known = known.with("auth", evidence("a credential was looked up", query.place));
    known = known.with("capability", evidence("the row was found by a value only its holder knows", query.place));
  }
  if (
    /(?:^|\.)(?:(?:is_?)?(?:public|published|shared|listed|visible|discoverable)|(?:published|listed|released)_?(?:at|version(?:_?id)?))$/i.test(
      path,
    ) ||
    OFFERED.test(path)
  )
    known = openRow(query, known, evidence("the row says of itself that it is public", query.place));
  if (isOpen(query.where, facts) || isOfferedToAll(query)) {
    const shown = evidence("only what is published was looked for", query.place);
    known = openRow(query, known.with("open", shown), shown);
  }
  if (isRoleName(path) && trustOf(value, known) !== null)
    known = known.with("role", evidence(`${path} of ${query.table} was asked`, query.place));
  if (isOwnStaff(query, facts))
    known = known.with("role", evidence(`the caller's row of ${query.table} was found`, query.place, scope === "sure"));
  return known;
}

/** The caller's own row among those who run the product. */
function isOwnStaff({ table, where, verb }: Query, facts: Facts): boolean {
  if (!holdsStaff(table) || (verb !== "read" && verb !== "list" && verb !== "count")) return false;
  const chosen = comparisons(where);
  return (
    chosen.some(({ op, value }) => op === "equal" && trustOf(value, facts) !== null) &&
    !chosen.some(({ field, value }) => isTenantName(field) || clientOf(value) !== null)
  );
}

/** The condition of the relation that is nearest to what was read: `team.members.[].role` of `team.members`. */
function relationOn(path: string, nested: ReadonlyMap<string, Condition>): Condition | undefined {
  if (nested.size === 0) return undefined;
  const parts = path.split(".").filter((part) => part !== "[]" && part !== "rows");
  for (let end = parts.length; end > 0; end--) {
    const found = nested.get(parts.slice(0, end).join("."));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `row.visibility === "public"`, `row.visibility !== "private"`, `row.isPublic`: the row is for everybody. */
export function knowOpen(value: Value, facts: Facts, wanted: string, equal: boolean): Facts {
  if (value.k !== "rows") return facts;
  const last = value.path.slice(value.path.lastIndexOf(".") + 1);
  if (/^(?:status|state)$/i.test(last))
    return equal && /^(?:published|public|listed|(?:on|for)_?sale|selling|bookable)$/i.test(wanted)
      ? openRow(value.query, facts, evidence("it is published", value.query.place))
      : facts;
  // `room.type === "channel"`: of a kind that whoever comes may join.
  if (/^(?:t|type|kind|access|mode|join_?(?:rule|policy))$/i.test(last))
    return (
      equal
        ? /^(?:channel|c|public|open|community|everyone|anyone|world|link)$/i.test(wanted)
        : /^(?:private|restricted|members?|invite|closed)$/i.test(wanted)
    )
      ? openRow(value.query, facts, evidence("it is of a kind that is for everybody", value.query.place))
      : facts;
  if (!/visib|public|published|privacy|sharing/i.test(value.path)) return facts;
  const says = equal
    ? /^(?:public|published|unlisted|link|everyone|anyone|true)$/i.test(wanted)
    : /^(?:private|draft|hidden|restricted|false)$/i.test(wanted);
  return says ? openRow(value.query, facts, evidence("it is for everybody", value.query.place)) : facts;
}

/** `const access = await getAccess(user.id, projectId)`: an answer to who and what together is taken to be about both. */
export function knowAnswer(value: Extract<Value, { k: "chain" }>, facts: Facts): Facts {
  const call = value.steps.findLast((step) => step.kind === "call");
  const thrown = call?.kind === "call" ? call.args.find((arg) => arg.k === "caught") : undefined;
  if (thrown?.k === "caught" && call?.kind === "call")
    return facts.with(
      `typed:${keyOf({ ...thrown, path: "" })}`,
      evidence("it was asked of what kind it is", call.place, false),
    );
  if (
    value.root.k !== "rows" &&
    value.steps.some((step) => step.kind !== "member" && step.args.some(carriesCredential))
  )
    return authorise(
      value,
      facts.with("auth", evidence("others were asked about the caller's credential", value.place, false)),
      evidence("it is what others answer to the caller's credential", value.place, false),
    );
  if (call?.kind !== "call" || value.root.k === "rows" || asksHowOften(value)) return facts;
  const parts = call.args.flatMap((arg) => givenIn(arg));
  const asked = parts.some((arg) => arg.k === "request");
  const someone = asked || parts.some((arg) => trustOf(arg, facts) !== null);
  if (!someone || parts.length < 2) return facts;
  const shown = evidence("it was looked up for the caller by code that is not seen", call.place, false);
  return authorise(
    value,
    parts.reduce((all, arg) => authorise(arg, all, shown), asked ? facts.with("auth", shown) : facts),
    shown,
  );
}

const REFUSES =
  /for?bid|denied|deny|blocked|restricted|unauthori[sz]ed|cannot|disallow|invalid|error|fail|reject|banned|prevent|violat|(?:^|[a-z])Not[A-Z]|missing/i;

/** `rateLimit(req, { key })`: how often, and not who; `allowMethods(req, res, ["GET"])`, `runCors(req, res)`: how, and not who. */
function asksHowOften({ root, steps }: Extract<Value, { k: "chain" }>): boolean {
  const names = steps.flatMap((step) => (step.kind === "member" ? [step.name] : []));
  if (root.k === "foreign") names.push(root.name);
  return names.some((name) =>
    /rate_?limit|throttl|turnstile|captcha|honeypot|^limiter$|(?:^|_|[a-z])methods?(?![a-z])|^(?:(?:run|handle|apply|init|with|next|set|enable)_?)?cors(?![a-z])/i.test(
      name,
    ),
  );
}

/** `isWriteForbidden(row, user)`, `(await validateAccess(request, id)).error`: to say no is what there is an answer for. */
export function knowNoRefusal(value: Extract<Value, { k: "chain" }>, facts: Facts): Facts {
  // `if (isHttpError(e)) throw e`: what is left is of no kind that anybody asked for.
  if (value.steps.some((step) => step.kind !== "member" && step.args.some((arg) => arg.k === "caught"))) return facts;
  const names = value.steps.flatMap((step) => (step.kind === "member" ? [step.name] : []));
  if (value.root.k === "foreign") names.push(value.root.name);
  return names.some((name) => REFUSES.test(name)) ? knowAnswer(value, facts) : facts;
}

/** `fetch(url, { body: new URLSearchParams({ token }) })`: the caller's own credential is in what is sent. */
function carriesCredential(value: Value): boolean {
  if (value.k === "struct") return [...value.props.values(), ...value.spreads].some(carriesCredential);
  if (value.k === "list") return value.items.some(carriesCredential);
  if (value.k === "derived" && value.op !== "hmac") return value.args.some(carriesCredential);
  return (
    (value.k === "client" || value.k === "chain" || value.k === "choice") &&
    (isCredential(value) || isBroughtToken(value, false))
  );
}

export function whereHasCredential(value: Extract<Value, { k: "rows" }>): boolean {
  const open = value.query.where === null ? [] : [value.query.where];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.kind === "compare") {
      if (isCredential(next.value)) return true;
    } else if (next.kind !== "unknown") open.push(...next.of);
  }
  return false;
}

/** `user.role === "admin"`, `typeof body.name === "string"`. */
export function knowLiteral(value: Value, place: Place, facts: Facts, wanted: string): Facts {
  if (value.k === "derived" && value.op === "typeof" && value.args[0] !== undefined) {
    return facts.with(`valid:${keyOf(value.args[0])}`, evidence("its type was tested", place));
  }
  if (value.k === "client")
    return facts.with(`valid:${keyOf(value)}`, evidence("it was compared with a constant", place));
  // `user.email !== ADMIN_EMAIL`: one address that stands in the source.
  if (
    (value.k === "principal" || value.k === "rows") &&
    isCaller(value, facts) &&
    /email$/i.test(value.path) &&
    wanted.includes("@")
  ) {
    const known = facts
      .with("global", evidence("the caller is the server's own administrator", place))
      .with("role", evidence("the caller is the server's own administrator", place));
    return value.k === "principal" ? knowPrincipal(value, known) : known;
  }
  const path = value.k === "principal" || value.k === "rows" ? value.path : lastName(value);
  if (!isRoleName(path) || (value.k !== "principal" && clientOf(value) !== null && trustOf(value, facts) === null)) {
    return value.k === "principal"
      ? knowPrincipal(value, facts)
      : value.k === "rows" && path !== ""
        ? knowRow(value, facts)
        : // `permission !== "admin"`, of what was looked up for the caller.
          value.k === "chain"
          ? knowAnswer(value, facts)
          : facts;
  }
  let known = facts.with("role", evidence(`the role ${wanted} was asked${ofWhat(value)}`, place));
  if (value.k === "principal") known = knowPrincipal(value, known);
  if (value.k === "rows") known = knowRow(value, known);
  return known;
}

/** Where a role was read: of a member it reaches no further than where they are one. */
export function ofWhat(value: Value): string {
  const path =
    value.k === "rows"
      ? `${value.query.table}.${value.path}`
      : value.k === "principal"
        ? value.path
        : value.k === "chain"
          ? value.steps.flatMap((step) => (step.kind === "member" ? [step.name] : [])).join(".")
          : "";
  return path === "" ? "" : ` of ${path}`;
}

/** Two values that are not literals are equal. */
export function knowEqual(left: Value, right: Value, place: Place, facts: Facts): Facts {
  let known = facts;
  for (const [one, other] of [
    [left, right],
    [right, left],
  ] as const) {
    // `role !== MembershipRole.OWNER`: as with a literal, the row is there.
    if (one.k === "rows" && one.path !== "" && isConstant(other))
      known = knowOpen(one, knowLiteral(one, place, known, lastName(other)), lastName(other), true);
    const trust = trustOf(one, known);
    known = knowAllFound(one, other, known, place);
    if (trust !== null) {
      known = authorise(
        other,
        known,
        evidence("it was compared with what the caller may use", place, trust === "sure"),
      );
      if (one.k === "principal") known = knowPrincipal(one, known);
      if (isRoleName(pathOf(one))) known = known.with("role", evidence("a role was compared", place));
    }
    // `poll.options.some((one) => one.id === vote.optionId)`: it is of what is there for everybody.
    if (one.k === "rows" && /id$/i.test(one.path) && clientOf(other) !== null && known.has(`open:row:${one.query.id}`))
      known = known.with(`open:ok:${keyOf(other)}`, evidence("it belongs to what is for everybody", place));
    // An unguessable value of the caller's own cookie stands in the row.
    if (one.k === "rows" && one.path !== "" && isCredential(other)) {
      known = authoriseRow(one.query, known, evidence("it holds the caller's own cookie", place));
      known = known.with("capability", evidence("it holds the caller's own cookie", place));
    }
    // `invitation.token === body.token`: whoever knows the stored secret may use the row.
    const stored = storedSecret(one);
    if (stored !== null && clientOf(other) !== null) {
      known = authoriseRow(stored.query, known, evidence("its secret was presented", place));
      known = known.with("capability", evidence("its secret was presented", place));
      if (isDigestOfClient(other)) known = known.with("shared-secret", evidence("its secret was presented", place));
    }
    // `conversation.anonymousId === (await getAnonymousId())`: whose it is was asked elsewhere.
    if (one.k === "rows" && isWhose(one.path) && isAskedElsewhere(other))
      known = authoriseRow(
        one.query,
        known,
        evidence("it was compared with what code that is not seen answers", place, false),
      );
    // `user.email === process.env.ADMIN_EMAIL`: whoever runs the server may see all of it.
    if ((holdsEnv(one) || isSetAddress(one)) && isCaller(other, known))
      known = known
        .with("global", evidence("the caller is the server's own administrator", place))
        .with("role", evidence("the caller is the server's own administrator", place));
    if (holdsEnv(one) && clientOf(other) !== null)
      known = known.with("shared-secret", evidence("a shared secret was compared", place));
    if (isDigest(one) && clientOf(other) !== null) {
      known = known.with("signature", evidence("a signature was compared", place, !isUnseenDigest(one)));
      for (const signed of clientsOf(one))
        known = known.with(`ok:${keyOf(signed)}`, evidence("its signature was compared", place));
    }
  }
  return known;
}

/** A member of an enumeration that is not in the tree: `Role.OWNER`. */
export function isConstant(value: Value): boolean {
  return (
    value.k === "chain" &&
    value.root.k === "foreign" &&
    value.steps.every((step) => step.kind === "member") &&
    /^[A-Z]\w*$/.test(lastName(value))
  );
}

/** `count !== ids.length`: as many as were asked for are the caller's, so all that were asked for are. */
function knowAllFound(one: Value, asked: Value, facts: Facts, place: Place): Facts {
  const found = whereAny(one);
  const rows = whereAny(found?.k === "derived" && found.op === "length" ? (found.args[0] ?? null) : found);
  const list = asked.k === "derived" && asked.op === "length" ? asked.args[0] : undefined;
  if (rows?.k !== "rows" || list === undefined || scopeOf(rows.query.where, facts) === null) return facts;
  if (rows === found && rows.query.verb !== "count") return facts;
  const named = comparisons(rows.query.where).some(({ op, value }) => op === "in" && keyOf(value) === keyOf(list));
  return named ? authorise(list, facts, evidence("as many as were named are the caller's", place)) : facts;
}

/** `ids.length ? await find(ids) : []`: where none were asked for, none were found. */
function whereAny(value: Value | null): Value | null {
  if (value?.k !== "choice") return value;
  const some = value.alternatives.filter((one) => !isNone(one.value));
  return some.length === 1 ? whereAny(some[0]?.value ?? null) : value;
}

function isNone(value: Value): boolean {
  if (value.k === "list") return value.items.length === 0;
  if (value.k === "derived") return value.op === "length" && value.args[0] !== undefined && isNone(value.args[0]);
  return value.k === "literal" && !value.value;
}

/** What was shown of every row of a list holds of the values that chose them. */
export function knowEach(rows: Value, facts: Facts, place: Place): Facts {
  if (rows.k !== "rows" || !facts.has(`row:${rows.query.id}`)) return facts;
  return comparisons(rows.query.where).reduce(
    (all, { op, value }) =>
      op === "in" ? authorise(value, all, evidence("each row of it was looked at", place)) : all,
    facts,
  );
}

export function pathOf(value: Value): string {
  return value.k === "principal" || value.k === "rows" ? value.path : "";
}

export function isDigest(value: Value, depth = 0): boolean {
  if (depth > 8) return false;
  if (value.k === "derived") return value.op === "hmac" || value.args.some((arg) => isDigest(arg, depth + 1));
  if (value.k === "choice") return value.alternatives.some((one) => isDigest(one.value, depth + 1));
  // `btoa(String.fromCharCode(...mac))`, `mac.charCodeAt(0)`: written otherwise.
  if (value.k === "chain")
    return (
      !/length$/i.test(lastName(value)) &&
      (isDigest(value.root, depth + 1) ||
        (value.root.k === "foreign" &&
          value.root.origin === "global" &&
          value.steps.some((step) => step.kind !== "member" && step.args.some((arg) => isDigest(arg, depth + 1)))))
    );
  return value.k === "list" && value.items.some((item) => isDigest(item, depth + 1));
}

/** Made by code that is not seen: its call is kept beside what it was given. */
function isUnseenDigest(value: Value): boolean {
  if (value.k === "choice") return value.alternatives.some((one) => isUnseenDigest(one.value));
  return (
    value.k === "derived" && (value.op === "hmac" ? value.args[2]?.k === "chain" : value.args.some(isUnseenDigest))
  );
}

/** The caller, or the caller's own row: found by who they are. */
function isCaller(value: Value, facts: Facts): boolean {
  if (value.k === "principal") return true;
  if (value.k === "rows")
    return (
      /^(?:\[\]\.)?(?:email|id)$/i.test(value.path) &&
      (/^(?:users?|accounts?|members?)$/i.test(value.query.table) || trustOf(value, facts) !== null)
    );
  if (value.k === "choice")
    return value.alternatives.length > 0 && value.alternatives.every((one) => isCaller(one.value, facts));
  return value.k === "derived" && value.args.some((arg) => isCaller(arg, facts));
}
