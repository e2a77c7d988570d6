import { settleChain } from "../interpret/consume.ts";
import { noteAbsent } from "../interpret/note-untested.ts";
import { choose } from "../interpret/state.ts";
import { Facts } from "../values/facts.ts";
import { authorise } from "../values/authorise.ts";
import { isBroughtToken } from "../values/brought-token.ts";
import { clientsOf, isCredential, trustOf } from "../values/trust.ts";
import { says } from "../source/says.ts";
import { DENIED, FALSE, NOBODY, NULL, TRUE, UNDEFINED, type Closure, type Place, type Value } from "../values/value.ts";
import { recogniseQuery } from "./databases/recognise.ts";
import { callBack, errorFirst, workAmong } from "./callbacks.ts";
import { awaited, enveloped } from "./enveloped.ts";
import { handedOn, wrappedBefore } from "./called-wrapper.ts";
import { buildsParts, nameOfRoot, type UnseenCall } from "./call.ts";
import { recordUnseen } from "./record-unseen.ts";
import { asksForRights, saidIn } from "./staff.ts";
import { isStore } from "./key-value-stores.ts";
import { isOfOthers } from "./of-others.ts";
import { mayAskInside } from "./may-ask-inside.ts";
import { mayNameCaller, nameKind, type NameKind, wordsOf } from "./names.ts";
import { orThrows } from "./or-throws.ts";
import { noteTakenApart } from "./taken-apart.ts";
import { isTakenForCaller } from "./taken-for-caller.ts";
import { passed, subjectOf, validFacts } from "./validation.ts";

const SIGNATURE = /signature|webhook|hmac|svix|\bsigned\b(?! (?:in|up|out|on)\b)/i;
const SHARED_SECRET = /secret|cron|api_?key|internal|token|basic|bearer/i;
const TENANT_WORD =
  /^(?:team|org|organization|organisation|workspace|tenant|account|membership|member|company|profile|customer)$/;
const NEUTRAL =
  /^(?:log(?:s|ger|ging|ged)?|rates?|(?:rate)?limit(?:er|s|ed|ing)?|cors|pars(?:e|er|ed|ing)|ips?|trac(?:e|er|es|ing)|spans?|metrics?|time[rds]?|timing|timeout|timestamp|cach(?:e|ed|ing)|track(?:er|ing)?|captur(?:e|ed|ing)|report(?:er|ing|s)?|analytics?|headers?|urls?|methods?|json|body|locales?|geo\w*|agent|useragent|origins?|host(?:name)?|paths?|pathname|clone|telemetry)$/;
/** `rateLimit.check(request)`, `captcha.passes(req)`: how often, or whether a person, and not who. */
const LIMITS =
  /^(?:req_?)?log$|^\w*(?:rate_?limit\w*|limiter|throttle[rs]?|throttling|logger|metrics|analytics|telemetry|captcha|turnstile)$/i;
/** Says of the request what it is like, and nothing of who sent it. */
function isNeutral(name: string): boolean {
  return wordsOf(name).some((word) => NEUTRAL.test(word));
}

/** What a function that is in no file of the tree is taken to do, by its name and by what it is given. Nothing here is proved. */
export function unseen(call: UnseenCall): Value {
  const { machine, args, place, chain } = call;
  const kind = kindOf(call);
  const callback =
    args.findLast((arg): arg is Closure => arg.k === "closure") ?? workAmong(args) ?? wrappedBefore(call);
  if (kind === "asks" && isOfOthers(args)) {
    note(call);
    return chain;
  }
  if (callback !== undefined && !call.isNew) return wrapped(call, kind, callback);
  if (machine.atTop && kind !== "conceals") return chain;
  const sent = awaited(call);
  if (sent !== null) return sent;
  const onward = args.find((arg) => arg.k === "continuation");
  if (onward !== undefined) return middleware(call, onward);

  // `.select("email").stream()`: the statement is sent without anybody waiting for it.
  if (call.method === "stream" && recogniseQuery(machine, chain) !== null) return settleChain(machine, chain) ?? chain;

  if (kind === "asserts" || kind === "asks" || kind === "guards") noteAbsent(machine, args, place);
  switch (kind) {
    case "identity":
      if (args.some(isRequestLike)) noteTakenApart(call);
      if (!args.some((arg) => choosesWhom(arg) || (arg.k === "rows" && trustOf(arg, machine.facts) === null))) {
        const found = somebody(place, NULLABLE.test(call.method) ? NOBODY : NULL);
        return NULLABLE.test(call.method) ? { k: "pending", value: found, facts: Facts.none, dead: false } : found;
      }
      break;
    case "asks":
      if (SAYS_NO.test(call.method))
        return choose([
          { value: FALSE, facts: granted(call) },
          { value: TRUE, facts: Facts.none },
        ]);
      return {
        k: "choice",
        alternatives: [
          { value: { k: "principal", path: "granted", sure: false, origin: place }, facts: granted(call) },
          { value: DENIED, facts: Facts.none },
        ],
      };
    case "validates": {
      machine.assume(validFacts(args, call, false));
      const subject = isToldWho(args) || buildsParts(call.method) ? null : subjectOf(args);
      if (subject !== null) return passed(subject, true);
      break;
    }
    case "conceals":
      return { k: "derived", op: "concealed", args, place };
    case "asserts":
    case "guards":
      machine.assume(granted(call));
      return { k: "principal", path: "", sure: false, origin: place };
    case "reads":
    case "none":
      if (orThrows(call)) machine.assume(granted(call));
      break;
    default:
  }
  // `PresignedUrl.findByToken(token)`: whoever knows the secret has what it was made for.
  if (
    (BY_SECRET.test(call.method) || (OPENS.test(call.method) && args.some(isSealed))) &&
    args.some((arg) => clientsOf(arg).length > 0)
  ) {
    note(call);
    return choose([
      {
        value: chain,
        facts: Facts.none.with("capability", { sure: false, place, why: `${call.method} was told a secret` }),
      },
      { value: NULL, facts: Facts.none },
    ]);
  }
  if ((kind === "reads" || kind === "none" || kind === "identity") && mayAskInside(call)) {
    machine.learn("opaque:auth", { sure: false, place, why: `${call.method} may ask for the caller itself` });
    note(call);
    return choose([
      { value: { k: "principal", path: "granted", sure: false, origin: place }, facts: granted(call) },
      { value: NULL, facts: Facts.none },
    ]);
  }
  // `server.openIdUserInfo(body.openIdToken)`: the service that made the token says for whom.
  if (
    kind !== "writes" &&
    !call.isNew &&
    ASKS_WHOSE_TOKEN.test(call.method) &&
    args.some((arg) => isBroughtToken(arg, true))
  ) {
    note(call);
    return somebody(place);
  }
  // `await sessionFor(cookie)`: whatever it is called, it was given a credential and nothing else decides.
  if (kind !== "writes" && args.some((arg) => isCredential(arg)) && !call.isNew && !isStore(call)) {
    note(call);
    return somebody(place);
  }
  if (
    args.some((arg, at) => isRequestLike(arg) && !isTransaction(place, at)) &&
    !isNeutral(call.method) &&
    !(call.receiver !== null && LIMITS.test(ownerName(call)) && !/^(?:identity|asserts|guards)$/.test(kind))
  ) {
    machine.learn("opaque:auth", {
      sure: false,
      place,
      why: `${call.method} was given the request and is not in the tree`,
    });
    const named =
      SOMEBODY.test(call.method) ||
      answersClaims(call) ||
      ((kind === "none" || kind === "reads") && OF_SESSION.test(call.method)) ||
      (call.receiver !== null && ANSWERS_WHO.test(ownerName(call)));
    if (named && !args.some(choosesWhom)) {
      note(call);
      return somebody(place);
    }
  }
  if (args.some(isSignature) && !isNeutral(call.method))
    machine.learn("opaque:auth", {
      sure: false,
      place,
      why: `${call.method} was given the signature and is not in the tree`,
    });
  note(call);
  return chain;
}

/** The header in which a sender puts its signature. */
function isSignature(arg: Value): boolean {
  return clientsOf(arg).some((said) => said.part === "header" && SIGNATURE.test(said.path));
}
const ASKS_WHOSE_TOKEN =
  /user_?info|token_?info|introspect|who_?ami|profile|identity|claims|subject|^(?:get|fetch|load|lookup|resolve|read)_?(?:me|user|account|person|member)$|(?:verify|validate|check|inspect)\w*(?:token|credential|assertion)/i;
/** `decryptToken(input.token)`, `unseal(query.t)`: what answers was sealed by the product, and handed to whom it was for. */
const OPENS = /^(?:decrypt|unseal|unsign|open_?sealed|openSealed)(?![a-z])/;
function isSealed(arg: Value): boolean {
  return clientsOf(arg).some(({ path }) =>
    /(?:token|ticket|link|sealed|signed|seal|state|hash|nonce|jwt|jwe)$|(?:^|\.)(?:t|s|key|code|payload)$/i.test(path),
  );
}
const BY_SECRET =
  /^(?:find|get|fetch|load|lookup)\w*By(?:\w*Token|\w*Hash|\w*Secret|ShareKey|ShareSlug|InviteCode|InvitationCode|OneTimeCode|Nonce)$/;

/** What is given the request and answers with one of these has asked who is calling. */
const SOMEBODY =
  /user|org|team|workspace|tenant|account|member|customer|company|identity|employee|staff|actor|viewer|operator|caller|principal|person|student|teacher|patient|doctor|driver|player|subscriber|seller|buyer|vendor|merchant|learner|citizen|resident|whoami|who_?is|^me$/i;

/** `sessionOf(request)`, `claimsFrom(req)`. */
const OF_SESSION =
  /^(?:(?:read|load|get|fetch|find|open|resolve)_?)?(?:session|auth|claims|principal)(?:Of|For|From|In|_?Data|_?Info|_?Context)?(?:Request|Req)?$/i;

/** `getToken(request)` whose `.sub` the file reads: not the token as it was sent, but what it says of its bearer. */
function answersClaims({ machine, method, place, isNew }: UnseenCall): boolean {
  if (isNew || !OF_TOKEN.test(method)) return false;
  const file = machine.project.file(place.file);
  return file !== null && says(file, READS_CLAIMS);
}
const OF_TOKEN =
  /^(?:(?:get|read|load|resolve|require|decode|fetch|find)_?)?(?:(?:auth|access|session|id|jwt|user|api|bearer|decoded|verified)_?)?(?:token|jwt)(?:_?Payload|_?Data)?(?:_?(?:Of|For|From))?(?:_?Request|_?Req)?$/i;
const READS_CLAIMS =
  /\b(?:\w*[tT]oken|jwt|payload|decoded|claims)\s*[?!]?\.(?:sub|uid|user_?[iI]d|org_?[iI]d|tenant_?[iI]d)\b/;

/** `auth.fromRequest(req)`, `sessions.of(req)`: whatever the method is called. */
const ANSWERS_WHO = /^(?:auth|authn|authentication|sessions?|identity|identities|viewers?)$/i;

function kindOf(call: UnseenCall): NameKind {
  // CASL and its kin: an ability is asked about an action and what it is done to.
  if (call.receiver !== null && /^(?:can|cannot)$/.test(call.method) && call.args.length >= 2) return "asks";
  if (THROWS_UNLESS.test(call.method) || (call.args.length >= 2 && ASSERTS_CAN.test(call.method))) return "asserts";
  // `isSignedByCarrier(raw, req.get("x-carrier-digest"))`: told what was sent, and a header beside it.
  if (SIGNED.test(call.method) && call.args.some(isHeader)) return "asks";
  const own = call.machine.project.names.auth.has(call.method) ? "asserts" : nameKind(call.method);
  if (own !== "none" && own !== "reads") return own;
  if (call.receiver === null && !call.isNew && !call.args.some(saysWhich)) {
    const caller = mayNameCaller(call.method);
    if (caller !== null) return caller;
    if (isTakenForCaller(call)) return "identity";
  }
  // `getTeam()` with nothing to go by asks for the caller's own.
  if (
    own === "reads" &&
    call.args.length === 0 &&
    call.receiver === null &&
    TENANT_WORD.test(wordsOf(call.method).at(-1) ?? "")
  )
    return "identity";
  // `permissions.check(…)`, `guard.can(…)`, `auth.user()`.
  if (call.receiver !== null) {
    const owner = ownerName(call);
    if (/^(?:permission|acl|rbac|ability|guard|authz|policy|access|authorization)/i.test(owner))
      return /^(?:is|has|can|check|may|allowed)/.test(call.method)
        ? "asks"
        : /^(?:assert|require|ensure|enforce|throw|authorize)/.test(call.method)
          ? "asserts"
          : own;
    if (/^auth|session$/i.test(owner) && /^(?:user|get|session|current|me|validate|getUser)$/.test(call.method))
      return "identity";
  }
  return own;
}

/** `ForbiddenError.from(ability).throwUnlessCan("update", subject("Visit", visit))`, `policy.assertCan(me, "edit", page)`. */
const THROWS_UNLESS =
  /^(?:throw|deny|fail|abort|reject|refuse|forbid)_?(?:Unless|If)_?(?:Can(?:not|t)?|May(?:Not)?|(?:Not_?)?(?:Allowed|Permitted|Able))(?![a-z])/;
const ASSERTS_CAN = /^(?:assert|ensure|require|must|enforce|authori[sz]e|demand)_?(?:Can|May|Ability)(?![a-z])/;

/** `signedByProvider`, `isSigned`, `wasSignedBy`; not `signedIn`. */
const SIGNED = /^(?:is|was|are|has_been|hasBeen)?_?[sS]igned(?!_?(?:[iI]n|[uU]p|[oO]ut|[oO]n)(?![a-z]))/;

function isHeader(arg: Value): boolean {
  return clientsOf(arg).some(({ part }) => part === "header");
}

/** Something given that says who is meant, or what: `getTutor(params.tutorId)`. */
function saysWhich(arg: Value): boolean {
  if (arg.k === "literal" || isRequestLike(arg)) return false;
  if (arg.k === "struct") return arg.spreads.length > 0 || [...arg.props.values()].some(saysWhich);
  if (arg.k === "list") return arg.items.some(saysWhich);
  return !isCredential(arg);
}

function ownerName(call: UnseenCall): string {
  return call.names.at(-2) ?? nameOfRoot(call.root);
}

/** Chosen by the client and no credential: `getUser(params.id)` is a look-up, not an answer to who is calling. */
function choosesWhom(arg: Value): boolean {
  for (const one of clientsOf(arg))
    if (!isCredential(one) && one.part !== "url" && !(one.part === "header" && one.path === "")) return true;
  return false;
}

function isRequestLike(arg: Value): boolean {
  if (arg.k === "request") return true;
  if (arg.k === "client") return arg.part === "header" && arg.path === "";
  return (
    arg.k === "struct" &&
    [...arg.props].some(
      ([name, inner]) =>
        // `{ transaction }`: handed to what runs inside of it, and no request.
        (inner.k === "request" && !TRANSACTION.test(name)) ||
        (inner.k === "client" && inner.part === "header" && inner.path === ""),
    )
  );
}
/** `markPaid(order, trx)` */
function isTransaction({ node }: Place, at: number): boolean {
  const given = node.type === "CallExpression" ? node.arguments[at] : undefined;
  return given?.type === "Identifier" && TRANSACTION.test(given.name);
}
const TRANSACTION = /^(?:transaction|transacting|trx|tx)$/;

/** `validateReference({ ctx, input })`: told who is calling beside what was sent, it answers something of its own. */
function isToldWho(args: readonly Value[]): boolean {
  const given = args.flatMap((arg) => (arg.k === "struct" ? [...arg.props.values()] : [arg]));
  return given.some(saysWho) && given.some(({ k }) => k === "client");
}

function saysWho(arg: Value): boolean {
  return arg.k === "request" || (arg.k === "principal" && !/locale|lang|zone|name$|email$/i.test(arg.path));
}

/** Names under which everybody keeps a look-up that answers null to strangers: their libraries' own. */
const NULLABLE = /^(?:auth|getServerSession|getServerAuthSession|getAuthSession|unstable_getServerSession)$/;

function somebody(place: Place, nobody: Value = NULL): Value {
  return choose([
    { value: { k: "principal", path: "", sure: false, origin: place }, facts: Facts.none },
    { value: nobody, facts: Facts.none },
  ]);
}

/** What holds where such a check let the caller pass. */
function granted(call: UnseenCall): Facts {
  const { method, place, args } = call;
  const words = wordsOf(method).join(" ");
  const shown = { sure: false, place, why: `${method} is taken for a check by its name` };
  let facts = Facts.none;
  if (SIGNATURE.test(words)) facts = facts.with("signature", shown);
  if (SHARED_SECRET.test(words)) facts = facts.with("shared-secret", shown);
  if (!SIGNATURE.test(words)) facts = facts.with("auth", shown);
  if (
    /access|permission|role|admin|owner|can|member|allowed|authorized|ability|scope|policy|privilege|rights|feature|entitle/.test(
      words,
    ) ||
    asksForRights(method)
  )
    facts = facts.with("role", { ...shown, why: `${method}${saidIn(args)} is taken for a check by its name` });
  for (const arg of args) if (!isCredential(arg)) facts = authorise(arg, facts, shown);
  return facts;
}

/** A function given to code that is not seen: run where the call stands, or kept until the whole is an entry. */
function wrapped(call: UnseenCall, kind: NameKind, callback: Closure): Value {
  const { machine, place, args } = call;
  if (machine.atTop) return call.chain;
  const answered = errorFirst(args);
  if (answered !== null) return throughCallback(call, kind, answered);
  const before = machine.state;
  if (kind === "guards" || kind === "asserts") machine.assume(granted(call));
  else if (args.some(isRequestLike) && !isNeutral(call.method)) {
    machine.learn("opaque:auth", {
      sure: false,
      place,
      why: `${call.method} was given the request and is not in the tree`,
    });
  }
  // `withOrg(orgId, async (tx) => …)`: what runs inside is confined, if it does what it is called.
  if (CONFINES.test(call.method) && args.some((arg) => arg.k !== "closure" && trustOf(arg, machine.facts) !== null))
    machine.learn("rls", { sure: false, place, why: `${call.method} is taken to confine what runs in it` });
  note(call);
  const known = kind === "guards" || kind === "asserts";
  const value = machine.invoke(callback, handedOn(call, callback, known), place);
  if (machine.state === null) machine.state = before; // it may be run later, or never
  return place.node.type === "CallExpression" ? enveloped(machine, value, place) : value;
}

/** `pool.query(text, values, (error, rows) => …)`, `verifyToken(token, (error, user) => …)`. */
function throughCallback(call: UnseenCall, kind: NameKind, callback: Closure): Value {
  const { machine, place, chain } = call;
  const query = settleChain(machine, chain);
  if (query !== null) return query;
  if (/^(?:asserts|asks|guards|identity)$/.test(kind)) {
    const who: Value = { k: "principal", path: "", sure: false, origin: place };
    callBack(machine, callback, who, granted(call), place);
  } else callBack(machine, callback, chain, Facts.none, place);
  return UNDEFINED;
}

/** `jwt({ secret })(c, next)`: middleware that is not seen is called by hand, and goes on where it lets the caller pass. */
function middleware(call: UnseenCall, onward: Value): Value {
  const { machine, place, chain } = call;
  const named = [nameOfRoot(call.root), ...call.names].filter((name) => name !== "");
  const asserts = named.some(
    (name) => /^(?:asserts|guards|asks|identity)$/.test(nameKind(name)) || AUTHENTICATES.test(name),
  );
  machine.learn(asserts ? "auth" : "opaque:auth", {
    sure: false,
    place,
    why: `${named.join(".")} is ${asserts ? "taken for a check by its name" : "not in the tree"}`,
  });
  note(call);
  machine.invoke(onward, [], place);
  return chain;
}
const AUTHENTICATES = /auth|jwt|passport|login|signed|protect|bearer/i;

/** Its yes is a refusal: `ability.cannot`, `isWriteForbidden`. */
const SAYS_NO = /^cannot$|for?bidden|denied|unauthori[sz]ed|disallowed|restricted|blocked|banned/i;
const CONFINES =
  /^(?:with|as|for|in|use|runAs|runWith|runIn|scoped|withinTransaction)_?(?:Org|Organi[sz]ation|Tenant|Workspace|Team|Account|Company|User|Member|Rls|RLS|Auth|Scope|Project|Shop|Store|Site)\w*$/;

function note(call: UnseenCall): void {
  recordUnseen(call.machine, call.chain);
}
