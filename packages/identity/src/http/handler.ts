import { randomUUID } from "node:crypto";
import type { LimitRule, RateLimiter } from "@meterr/runtime";
import { passwordRefusalText } from "../errors.ts";
import { checkPassword } from "../password/check-password.ts";
import { ADDRESS_HEADER, BASE_PATH, REQUEST_ID_HEADER } from "../library/library-options.ts";
import { addressGroup } from "../limits/address-group.ts";
import type { SignInLimits } from "../limits/sign-in-limits.ts";
import { cookiePairs } from "../session/cookie-pairs.ts";
import { openSessionCookie, readCookie } from "../session/session-token.ts";
import type { LiveSession, SessionStore } from "../session/session-store.ts";
import { countAttempt } from "./attempts.ts";
import { libraryProblem } from "./library-problem.ts";
import { problem, type IdentityProblemCode, type ProblemExtras } from "./problem.ts";
import { readJson } from "./read-json.ts";
import { project, SURFACE, type Operation } from "./surface.ts";

/** Requests of any kind by one address: an office full of open pages asks less, and a flood must not reach the database. */
const REQUEST_RULE: LimitRule = { points: 300, seconds: 60 };
/** Seconds for which anyone may keep the public signing keys. */
const JWKS_CACHE_SECONDS = 300;
/** Seconds after which it makes sense to sign in again when the library has locked a second factor. */
const LOCKED_RETRY_SECONDS = 60;
/** Characters of a user agent kept with a session. */
const USER_AGENT_LENGTH = 256;

/** What the HTTP surface is made of. */
export interface SurfaceParts {
  readonly origin: string;
  readonly secret: string;
  readonly cookiePrefix: string;
  readonly sessionCookie: string;
  readonly trustedOrigins: readonly string[];
  readonly hasMail: boolean;
  readonly sessions: SessionStore;
  readonly limits: SignInLimits;
  readonly limiter: RateLimiter | null;
  /** The library's own handler; sees only requests built here. */
  library(request: Request): Promise<Response>;
  clientAddress(request: Request): string;
  permitSignUp: ((asked: { email: string; invitation: string | null }) => Promise<boolean>) | null;
  /** Told after somebody signed in has changed their password. Never rejects. */
  passwordChanged(by: { userId: string; email: string; requestId: string; address: string }): Promise<void>;
  onFailure(error: unknown): void;
}

class Refusal extends Error {
  readonly problemCode: IdentityProblemCode;
  readonly extras: ProblemExtras;
  constructor(problemCode: IdentityProblemCode, extras: ProblemExtras = {}) {
    super(problemCode);
    this.problemCode = problemCode;
    this.extras = extras;
  }
}

/** The HTTP surface below /api/auth. Never rejects: what cannot be decided is answered 503. */
export function surfaceHandler(parts: SurfaceParts): (request: Request) => Promise<Response> {
  return async (request) => {
    const requestId = randomUUID();
    try {
      const response = await serve(parts, request, requestId);
      response.headers.set("x-request-id", requestId);
      return response;
    } catch (error) {
      if (error instanceof Refusal) return problem(error.problemCode, requestId, error.extras);
      parts.onFailure(error);
      return problem("identity_unavailable", requestId);
    }
  };
}

async function serve(parts: SurfaceParts, request: Request, requestId: string): Promise<Response> {
  const { path, operation, url } = findOperation(parts, request);
  await limitRequests(parts, request);
  if (operation.method === "POST") checkWrite(parts, request);
  const input = await readInput(operation, request, url);

  const presented = readCookie(request.headers.get("cookie"), parts.sessionCookie);
  const token = presented === null ? null : openSessionCookie(presented, parts.secret);
  // Read here first: the library takes a session it cannot read for none, and would call that signed out.
  const live = token === null || path === "/sign-in/email" ? null : await parts.sessions.find(token);
  const whose = path === "/sign-up/email" ? String(input["email"]) : live?.email;
  if (operation.newPassword !== undefined) checkNewPassword(input, operation.newPassword, whose);
  const attempt = await count(parts, request, { path, operation, input, live });

  if (path === "/sign-up/email") await checkSignUp(parts, input);
  // The library's sign-out reports success although the row may still be there: end the session here, or fail.
  if (path === "/sign-out" && token !== null) await parts.sessions.revokeToken(token);

  const answer = await parts.library(libraryRequest(parts, request, { path, operation, input, requestId }));
  const body: unknown = await answer.json().catch(() => null);
  if (!answer.ok) throw libraryRefusal(answer.status, body);
  if (operation.countsSuccess === undefined) await attempt?.succeeded();
  if (path === "/change-password" && live !== null) {
    const address = parts.clientAddress(request);
    await parts.passwordChanged({ userId: live.userId, email: live.email, requestId, address });
  }
  // Signing in again does not leave the former session of the same browser behind.
  if (path === "/sign-in/email" && token !== null) await parts.sessions.revokeToken(token);
  return answered(path, operation, answer, body);
}

interface Call {
  readonly path: string;
  readonly operation: Operation;
  readonly input: Record<string, unknown>;
}

function findOperation(parts: SurfaceParts, request: Request): { path: string; operation: Operation; url: URL } {
  const url = new URL(request.url);
  const path = url.pathname.startsWith(`${BASE_PATH}/`) ? url.pathname.slice(BASE_PATH.length) : "";
  const operation = SURFACE.get(path);
  if (operation === undefined) throw new Refusal("not_found");
  if (operation.needs === "mail" && !parts.hasMail) throw new Refusal("not_found");
  if (operation.needs === "sign-up" && parts.permitSignUp === null) throw new Refusal("sign_up_refused");
  if (request.method !== operation.method)
    throw new Refusal("method_not_allowed", { headers: { allow: operation.method } });
  return { path, operation, url };
}

async function limitRequests(parts: SurfaceParts, request: Request): Promise<void> {
  if (parts.limiter === null) return;
  const bucket = `address /api/auth ${addressGroup(parts.clientAddress(request))}`;
  const verdict = await parts.limiter.consume(bucket, 1, REQUEST_RULE);
  if (verdict.allowed) return;
  const seconds = Math.max(1, Math.ceil(verdict.retryAfterSeconds));
  throw new Refusal("rate_limited", { headers: { "retry-after": String(seconds) } });
}

/**
 * A write must say that this site sent it. The library lets one pass that has neither a cookie nor an Origin,
 * which is all a forged sign-in needs. Every browser sends Origin with a POST.
 */
function checkWrite(parts: SurfaceParts, request: Request): void {
  const origin = request.headers.get("origin");
  if (origin === null || !parts.trustedOrigins.includes(origin)) throw new Refusal("cross_origin_refused");
  const type = request.headers.get("content-type") ?? "";
  const isJson = /^application\/json(?:\s*;\s*charset="?utf-8"?)?\s*$/i.test(type);
  if (!isJson && !(type === "" && request.body === null)) throw new Refusal("unsupported_media_type");
}

async function readInput(operation: Operation, request: Request, url: URL): Promise<Record<string, unknown>> {
  const pairs = [...url.searchParams];
  if (operation.method === "POST" && pairs.length > 0)
    throw new Refusal("invalid_input", { errors: [{ path: "query" }] });
  let value: unknown = Object.fromEntries(pairs);
  if (operation.method === "GET") {
    if (new Set(pairs.map(([name]) => name)).size < pairs.length)
      throw new Refusal("invalid_input", { errors: [{ path: "query" }] });
  } else {
    const read = await readJson(request);
    if (!read.ok) throw new Refusal(read.code);
    value = read.value;
  }
  const parsed = operation.input.safeParse(value);
  if (parsed.success) return parsed.data;
  const part = operation.method === "GET" ? "query" : "body";
  const errors = parsed.error.issues.map((issue) => ({ path: [part, ...issue.path.map(String)].join(".") }));
  throw new Refusal("invalid_input", { errors });
}

function checkNewPassword(input: Record<string, unknown>, field: "password" | "newPassword", email?: string): void {
  const refused = checkPassword(String(input[field]), email);
  if (refused === null) return;
  const detail = passwordRefusalText(refused);
  throw new Refusal("password_refused", { detail, errors: [{ path: `body.${field}` }] });
}

async function count(parts: SurfaceParts, request: Request, call: Call & { live: LiveSession | null }) {
  const { operation, input, path, live } = call;
  if (operation.counts === undefined) return null;
  let account: string | null = null;
  if (operation.counts === "account") account = `${path}:${String(input["email"])}`;
  if (operation.counts === "session") {
    if (live === null) throw new Refusal("session_required");
    account = `password:${live.userId}`;
  }
  const counted = await countAttempt(parts.limits, { address: parts.clientAddress(request), account });
  if (counted.allowed) return counted.attempt;
  throw new Refusal("rate_limited", { headers: { "retry-after": String(counted.retryAfterSeconds) } });
}

async function checkSignUp(parts: SurfaceParts, input: Record<string, unknown>): Promise<void> {
  const { email, invitation } = input;
  const asked = { email: String(email), invitation: typeof invitation === "string" ? invitation : null };
  if (parts.permitSignUp === null || !(await parts.permitSignUp(asked))) throw new Refusal("sign_up_refused");
}

/** A request of our own making: checked input, our cookies, the verified origin and address, nothing else. */
function libraryRequest(parts: SurfaceParts, request: Request, call: Call & { requestId: string }): Request {
  const { path, operation, input, requestId } = call;
  const { invitation: _invitation, ...given } = input;
  const rest = { ...given, ...operation.adds };
  const headers = new Headers({ [ADDRESS_HEADER]: parts.clientAddress(request), [REQUEST_ID_HEADER]: requestId });
  const userAgent = request.headers.get("user-agent");
  if (userAgent !== null) headers.set("user-agent", userAgent.slice(0, USER_AGENT_LENGTH));
  const cookies = ourCookies(request.headers.get("cookie"), parts, path === "/sign-in/email");
  if (cookies !== "") headers.set("cookie", cookies);
  const url = new URL(BASE_PATH + path, parts.origin);
  if (operation.method === "GET") {
    for (const [name, value] of Object.entries(rest)) url.searchParams.set(name, String(value));
    return new Request(url, { headers });
  }
  headers.set("origin", request.headers.get("origin") ?? "");
  headers.set("content-type", "application/json");
  return new Request(url, { method: "POST", headers, body: JSON.stringify(rest) });
}

function ourCookies(header: string | null, parts: SurfaceParts, withoutSession: boolean): string {
  return cookiePairs(header)
    .filter((pair) => pair.startsWith(`${parts.cookiePrefix}.`))
    .filter((pair) => !withoutSession || !pair.startsWith(`${parts.sessionCookie}=`))
    .join("; ");
}

function answered(path: string, operation: Operation, answer: Response, body: unknown): Response {
  const headers = new Headers({ "content-type": "application/json" });
  headers.set("cache-control", path === "/jwks" ? `public, max-age=${JWKS_CACHE_SECONDS}` : "no-store");
  for (const cookie of answer.headers.getSetCookie()) headers.append("set-cookie", cookie);
  return new Response(JSON.stringify(project(body, operation.answers) ?? null), { status: 200, headers });
}

function libraryRefusal(status: number, body: unknown): Refusal {
  const code = libraryProblem(status, body);
  return new Refusal(code, code === "rate_limited" ? { headers: { "retry-after": String(LOCKED_RETRY_SECONDS) } } : {});
}
