import { betterAuth } from "better-auth";
import { getAdapter } from "better-auth/db/adapter";
import type { Pool } from "pg";
import type { Authenticator, RateLimiter } from "@meterr/runtime";
import { jwtAuthenticator } from "./authenticators/jwt-authenticator.ts";
import { jwtTerms, type JwtTerms } from "./authenticators/jwt-terms.ts";
import type { MembershipsOf } from "./authenticators/memberships.ts";
import { sessionAuthenticator } from "./authenticators/session-authenticator.ts";
import { signingKeys } from "./authenticators/signing-keys.ts";
import { IdentityError } from "./errors.ts";
import { describeFailure, type IdentityFailure } from "./failure.ts";
import { surfaceHandler } from "./http/handler.ts";
import { hashedSessionAdapter } from "./library/hashed-session-adapter.ts";
import { ADDRESS_HEADER, libraryOptions, type LibraryMail } from "./library/library-options.ts";
import { databaseSignInLimits } from "./limits/database-sign-in-limits.ts";
import type { SignInLimits } from "./limits/sign-in-limits.ts";
import { mailer, type SendMail } from "./mailer.ts";
import { sessionStore, type LiveSession, type SessionSummary } from "./session/session-store.ts";
import { openSessionCookie, readCookie } from "./session/session-token.ts";
import { serverSignIn, type SignedIn, type SignInInput } from "./users/server-sign-in.ts";
import { userCalls, type UserCalls } from "./users/user-calls.ts";

export interface IdentitySettings {
  /** Connections of role meterr_identity, whose search_path is `auth`. */
  readonly pool: Pool;
  /** The dashboard's public address, for example `https://meterr.example`. */
  readonly baseUrl: string;
  /** At least 32 random characters: signs cookies, encrypts signing keys and second factors. */
  readonly secret: string;
  readonly clock: () => Date;
  /** Further origins that may write, for example of a development server. The base URL's own always may. */
  readonly trustedOrigins: readonly string[];
  readonly memberships: MembershipsOf;
  /** True behind TLS: cookies are then Secure and named with the prefix `__Host-`. */
  readonly secureCookies: boolean;
  /** The client's address, resolved through trusted proxies only (the runtime's `clientAddress`). */
  clientAddress(request: Request): string;
  /** Without it there is no reset or verification by mail, and those operations are not found. */
  readonly sendMail?: SendMail;
  /** Asked for each sign-up over HTTP; without it there is none. */
  readonly permitSignUp?: (asked: { email: string; invitation: string | null }) => Promise<boolean>;
  /** Counts every request by its address, before anything is looked up for it. */
  readonly limiter?: RateLimiter;
  /** Default: shared by every process through the database. */
  readonly signInLimits?: SignInLimits;
  readonly onFailure?: (failure: IdentityFailure) => void;
}

export interface Identity extends UserCalls {
  /** The HTTP surface below `/api/auth`. */
  handler(request: Request): Promise<Response>;
  /** Signs in on the server, under the same limits. @throws IdentityError credentials_invalid, two_factor_required, sign_in_limited */
  signIn(input: SignInInput): Promise<SignedIn>;
  revokeSessionsOf(userId: string): Promise<number>;
  revokeSession(userId: string, sessionId: string): Promise<boolean>;
  listSessionsOf(userId: string): Promise<SessionSummary[]>;
  /** The live session of a request's cookie, or null: for pages that show who is signed in. */
  sessionOf(request: Request): Promise<LiveSession | null>;
  readonly sessionAuthenticator: Authenticator;
  readonly jwtAuthenticator: Authenticator;
  readonly jwtTerms: JwtTerms;
  readonly sessionCookie: string;
  /** Removes expired sessions, links and forgotten attempts; to be called now and then. */
  purge(): Promise<void>;
}

/**
 * Users, sessions and the proof of who asks. Nothing is connected until the first call.
 * @throws IdentityError secret_too_short, base_url_invalid
 */
export async function createIdentity(settings: IdentitySettings): Promise<Identity> {
  const { pool, secret, clock, memberships, secureCookies } = settings;
  if (secret.length < 32) throw new IdentityError("secret_too_short");
  const origin = originOf(settings.baseUrl, secureCookies);
  const trustedOrigins = [...new Set([origin, ...settings.trustedOrigins])];
  const cookiePrefix = secureCookies ? "__Host-meterr" : "meterr";
  const sessionCookie = `${cookiePrefix}.session_token`;
  const terms = jwtTerms(origin);
  const failed = (failure: IdentityFailure): void => settings.onFailure?.(failure);

  const sessions = sessionStore(pool, clock);
  const limits = settings.signInLimits ?? databaseSignInLimits(pool, secret, clock);
  const mail: LibraryMail | null = settings.sendMail === undefined ? null : mailer(settings.sendMail, origin, failed);
  const options = libraryOptions({
    origin,
    secret,
    cookiePrefix,
    secureCookies,
    trustedOrigins,
    mail,
    jwtTerms: terms,
    allowSignUp: settings.permitSignUp !== undefined,
    onFailure: failed,
  });
  const adapter = await getAdapter({ ...options, database: pool });
  const hashed = hashedSessionAdapter(adapter, { now: clock, touch: (tokenHash) => sessions.touch(tokenHash) });
  const library = betterAuth({ ...options, database: () => hashed });
  const { password } = await library.$context;
  const users = userCalls(pool, clock, (clear) => password.hash(clear));

  const surface = {
    origin,
    secret,
    cookiePrefix,
    sessionCookie,
    trustedOrigins,
    sessions,
    limits,
    hasMail: mail !== null,
    library: (request: Request) => library.handler(request),
    clientAddress: (request: Request) => settings.clientAddress(request),
    limiter: settings.limiter ?? null,
    permitSignUp: settings.permitSignUp ?? null,
    onFailure: (error: unknown) => failed(describeFailure("identity_failure", error)),
  };
  const inner = surfaceHandler({
    ...surface,
    limiter: null,
    clientAddress: (request) => request.headers.get(ADDRESS_HEADER) ?? "",
  });

  return {
    ...users,
    handler: surfaceHandler(surface),
    signIn: serverSignIn(inner, origin),
    revokeSessionsOf: (userId) => sessions.revokeAllOf(userId),
    revokeSession: (userId, sessionId) => sessions.revoke(userId, sessionId),
    listSessionsOf: (userId) => sessions.listOf(userId),
    async sessionOf(request) {
      const value = readCookie(request.headers.get("cookie"), sessionCookie);
      const token = value === null ? null : openSessionCookie(value, secret);
      return token === null ? null : sessions.find(token);
    },
    sessionAuthenticator: sessionAuthenticator({ cookie: sessionCookie, secret, sessions, memberships }),
    jwtAuthenticator: jwtAuthenticator({
      terms,
      sessions,
      memberships,
      keys: signingKeys(pool, clock),
      labelOf: async (userId) => (await users.findUser(userId))?.email ?? null,
    }),
    jwtTerms: terms,
    sessionCookie,
    async purge() {
      await sessions.purge();
      await pool.query(`delete from auth.verification where "expiresAt" < $1`, [clock()]);
      await limits.purge();
    },
  };
}

function originOf(baseUrl: string, secureCookies: boolean): string {
  const url = URL.parse(baseUrl);
  const schemes = secureCookies ? ["https:"] : ["http:", "https:"];
  if (url === null || !schemes.includes(url.protocol)) throw new IdentityError("base_url_invalid");
  return url.origin;
}
