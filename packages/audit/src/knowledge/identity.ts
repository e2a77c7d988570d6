import { OF_THE_CALLER } from "../interpret/either.ts";
import { choose, withFacts } from "../interpret/state.ts";
import { Facts } from "../values/facts.ts";
import { authorise } from "../values/authorise.ts";
import { FALSE, NULL, struct, UNDEFINED, type Place, THROWN, type Value } from "../values/value.ts";
import { callBack, errorFirst } from "./callbacks.ts";
import { nameOfRoot, packageOf, type UnseenCall } from "./call.ts";

function caller(path: string, place: Place, sure = true): Value {
  return { k: "principal", path, sure, origin: place };
}

/** Somebody, or nobody: what is known once it is tested. */
function maybe(value: Value): Value {
  return {
    k: "choice",
    alternatives: [
      { value, facts: Facts.none },
      { value: NULL, facts: Facts.none },
    ],
  };
}

/** Until it is awaited it is a promise, and a promise is always true. */
function later(value: Value): Value {
  return { k: "pending", value, facts: Facts.none, dead: false };
}

const PACKAGES =
  /^(?:next-auth|@auth\/|@clerk\/|better-auth|@supabase\/|lucia|iron-session|@kinde|@auth0|@workos|@stackframe|@descope|firebase-admin|passport|express-session|@fastify\/|@thallesp|@authjs|@hono\/auth|@hono\/clerk)/;

/** Who is calling, as the well-known libraries answer it. Names nobody owns are in `unseen`. */
export function identity(call: UnseenCall): Value | undefined {
  const { root, method, names, args, place, receiver } = call;
  const from = packageOf(root);
  const name = nameOfRoot(root);
  const path = names.join(".");

  // Supabase: `const { data: { user } } = await supabase.auth.getUser()`.
  if (path.endsWith("auth.getUser") || path.endsWith("auth.getClaims")) {
    return struct({
      data: struct({ user: maybe(caller("user", place)), claims: maybe(caller("claims", place)) }),
      error: {
        k: "choice",
        alternatives: [
          { value: NULL, facts: Facts.none.with("auth", { sure: true, place, why: "the token was verified" }) },
          { value: struct({ message: { k: "opaque", name: "message", id: 0 } }), facts: Facts.none },
        ],
      },
    });
  }
  if (path.endsWith("auth.getSession")) {
    call.machine.record({
      kind: "call",
      name: "unverified-session",
      path,
      origin: "package",
      args,
      awaited: true,
      result: call.chain,
      place,
    });
    return struct({ data: struct({ session: maybe(caller("session", place, false)) }), error: maybe(THROWN) });
  }
  // better-auth: `auth.api.getSession({ headers })`.
  if (path.endsWith("api.getSession") || path.endsWith("api.getMcpSession"))
    return later(maybe(caller("session", place)));
  if (/(?:^|\.)api\.(?:hasPermission|userHasPermission)$/.test(path)) {
    return struct({
      success: {
        k: "choice",
        alternatives: [
          { value: { k: "literal", value: true }, facts: rights(place) },
          { value: { k: "literal", value: false }, facts: Facts.none },
        ],
      },
      error: maybe(THROWN),
    });
  }

  // Meteor's connection knows who signed in over it.
  if (name === "Meteor" && from.startsWith("meteor") && args.length === 0) {
    if (path === "userId" || path === "user") return maybe(caller(path, place));
    if (path === "userAsync") return later(maybe(caller("user", place)));
  }

  if (PACKAGES.test(from)) {
    switch (name) {
      case "getServerSession":
      case "unstable_getServerSession":
      case "getToken":
      case "currentUser":
      case "getIronSession":
        // The session is always an object; only what is in it says whether somebody signed in.
        if (names.length === 0 && name === "getIronSession")
          return { k: "request", path: "session", authenticated: false };
        if (names.length === 0) return later(maybe(caller(name === "currentUser" ? "user" : "session", place)));
        break;
      case "auth":
      case "getAuth":
        // Firebase's is the service that verifies tokens.
        if (names.length === 0 && args[0]?.k !== "closure" && !from.startsWith("firebase"))
          return clerkOrSession(from, place);
        if (method === "protect") return protect(call);
        break;
      case "decode":
        // Auth.js decrypts its tokens: nobody else can have made one.
        if (names.length === 0 && root.k === "foreign" && root.from.endsWith("/jwt"))
          return maybe(caller("token", place, false));
        break;
      case "getSession":
        return maybe(caller("session", place));
      case "auth0":
        if (method === "getSession") return maybe(caller("session", place));
        break;
      default:
    }
    if (method === "verifyIdToken" || method === "verifySessionCookie" || method === "verifyToken") {
      return { k: "pending", value: caller("token", place), facts: authenticated(place), dead: false };
    }
    if (method === "getUser" && !name.startsWith("clerk")) return maybe(caller("user", place));
    if (method === "isAuthenticated")
      return {
        k: "choice",
        alternatives: [
          { value: { k: "literal", value: true }, facts: authenticated(place) },
          { value: { k: "literal", value: false }, facts: Facts.none },
        ],
      };
    if (method === "validateSession" || method === "validateRequest")
      return struct({ user: maybe(caller("user", place)), session: maybe(caller("session", place)) });
    if (method === "withAuth" && (args[0]?.k === "struct" || args.length === 0)) {
      const sure = args[0]?.k === "struct" && args[0].props.has("ensureSignedIn");
      if (sure) proveHere(call, "a signed-in caller is required");
      return struct({
        user: sure ? caller("user", place) : maybe(caller("user", place)),
        organizationId: caller("organizationId", place),
      });
    }
  }

  // `passport.authenticate("jwt", (error, user) => …)(req, res, next)`: the callback is told who it is, or that it is nobody.
  if (method === "authenticate" && /passport/i.test(`${from} ${name}`)) {
    const callback = errorFirst(args);
    if (callback !== null) {
      call.machine.record({
        kind: "call",
        name: "verify-token",
        path,
        origin: "package",
        args: [],
        awaited: true,
        result: call.chain,
        place,
      });
      const who = choose([
        { value: caller("user", place), facts: authenticated(place) },
        { value: FALSE, facts: Facts.none },
      ]);
      return { k: "continuation", run: () => (callBack(call.machine, callback, who, Facts.none, place), UNDEFINED) };
    }
  }

  // Wrappers that hand the session over and let the handler decide: Auth.js `auth((req) => …)`.
  if (
    args.length === 1 &&
    args[0]?.k === "closure" &&
    receiver === null &&
    (name === "auth" || (names.length === 0 && name === "NextAuth"))
  ) {
    return handsOver(call, args[0]);
  }
  if (method === "protect" && (receiver?.k === "principal" || name === "auth")) return protect(call);
  if (receiver?.k === "principal") return ofCaller(call, receiver);
  return undefined;
}

function clerkOrSession(from: string, place: Place): Value {
  if (!from.startsWith("@clerk")) return maybe(caller("session", place));
  const part = (path: string): Value => maybe(caller(path, place));
  return struct({
    userId: part("userId"),
    orgId: part("orgId"),
    sessionId: part("sessionId"),
    sessionClaims: part("sessionClaims"),
    orgRole: part("orgRole"),
    orgSlug: part("orgSlug"),
    isAuthenticated: part("userId"),
    has: { k: "chain", root: caller("", place), steps: [{ kind: "member", name: "has" }], place },
    getToken: { k: "chain", root: caller("", place), steps: [{ kind: "member", name: "getToken" }], place },
    redirectToSignIn: { k: "foreign", from: "next/navigation", name: "redirect", origin: "package" },
  });
}

/** Runs a handler with a request that may carry a caller. */
function handsOver(call: UnseenCall, handler: Value): Value {
  const { machine, place } = call;
  return {
    k: "continuation",
    run: (args) => {
      machine.attach("auth", maybe(caller("auth", place)));
      return machine.invoke(handler, args, place);
    },
  };
}

function protect(call: UnseenCall): Value {
  proveHere(call, "the library turns callers without a session away");
  if (call.args.length > 0 && call.machine.state !== null)
    call.machine.state = withFacts(call.machine.state, call.machine.facts.and(rights(call.place)));
  return struct({
    userId: caller("userId", call.place),
    orgId: caller("orgId", call.place),
    orgRole: caller("orgRole", call.place),
  });
}

function proveHere(call: UnseenCall, why: string): void {
  call.machine.learn("auth", { sure: true, place: call.place, why });
}

function authenticated(place: Place): Facts {
  return Facts.none.with("auth", { sure: true, place, why: "the caller was identified" });
}

function rights(place: Place): Facts {
  return authenticated(place).with("role", { sure: true, place, why: OF_THE_CALLER });
}

/** `user.can("edit", project)`, `session.get("userId")`, `auth.has({ role })`. */
function ofCaller(call: UnseenCall, receiver: Extract<Value, { k: "principal" }>): Value | undefined {
  const { method, args, place, machine } = call;
  if (/^(?:has|can|may|is[A-Z]\w*|has[A-Z]\w*|can[A-Z]\w*|check\w*)$/.test(method)) {
    let facts = rights(place);
    for (const arg of args)
      if (arg.k === "client" || arg.k === "rows" || arg.k === "struct" || arg.k === "chain")
        facts = granted(arg, facts, place);
    return {
      k: "choice",
      alternatives: [
        { value: { k: "literal", value: true }, facts },
        { value: { k: "literal", value: false }, facts: Facts.none },
      ],
    };
  }
  if (method === "get" && args[0]?.k === "literal") return { ...receiver, path: String(args[0].value) };
  if (/^(?:find|some|every|map|filter|forEach|includes|flatMap|join|then|catch)$/.test(method)) return undefined;
  if (
    method === "toString" ||
    method === "split" ||
    method === "toLowerCase" ||
    method === "trim" ||
    method === "toHexString"
  )
    return receiver;
  if (method === "equals" && args[0] !== undefined)
    return { k: "derived", op: "===", args: [receiver, args[0]], place };
  if (/^get[A-Z]/.test(method)) return machine.consume({ ...receiver, path: method }, place);
  return UNDEFINED;
}

function granted(value: Value, facts: Facts, place: Place): Facts {
  return authorise(value, facts, { sure: true, place, why: "a right of the caller over it was asked" });
}
