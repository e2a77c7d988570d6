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
import { ADDRESS_HEADER, libraryOptions, REQUEST_ID_HEADER, type LibraryMail } from "./library/library-options.ts";
import { databaseSignInLimits } from "./limits/database-sign-in-limits.ts";
import type { SignInLimits } from "./limits/sign-in-limits.ts";
import { mailer, type SendMail } from "./mailer.ts";
import { sessionStore, type LiveSession, type SessionSummary } from "./session/session-store.ts";
import { openSessionCookie, readCookie } from "./session/session-token.ts";
import type { PasswordHashing } from "./password/password-hashing.ts";
import type { PasswordSet } from "./password/password-set.ts";
import { resetLinks, type ResetLink } from "./password/reset-links.ts";
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
  /** Default, and for anything but tests: the library's scrypt (N = 2^14, r = 16, p = 1, 64 bytes, a salt each). */
  readonly passwords?: PasswordHashing;
  /** To record it. The password is set by then: a rejection is reported as `password_set_unrecorded`, and changes nothing. */
  readonly onPasswordSet?: (event: PasswordSet) => Promise<void>;
  readonly onFailure?: (failure: IdentityFailure) => void;
}

export interface Identity extends UserCalls {
  /** The HTTP surface below `/api/auth`. */
  handler(request: Request): Promise<Response>;
  /** Signs in on the server, under the same limits. @throws IdentityError credentials_invalid, two_factor_required, sign_in_limited */
  signIn(input: SignInInput): Promise<SignedIn>;
  /**
   * A one-time link for somebody who forgot their password, valid 15 minutes, for the operator of the machine to hand
   * over; earlier ones of theirs end. At rest there is its hash alone. @throws IdentityError user_not_found
   */
  issueResetLink(email: string): Promise<ResetLink>;
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
  const passwordSet = async (event: PasswordSet): Promise<void> => {
    try {
      // Links that were handed out for the former password are void with it.
      await pool.query(`delete from auth.verification where value = $1`, [event.userId]);
      await settings.onPasswordSet?.(event);
    } catch (error) {
      failed(describeFailure("password_set_unrecorded", error));
    }
  };
  const options = libraryOptions({
    origin,
    secret,
    cookiePrefix,
    secureCookies,
    trustedOrigins,
    mail,
    jwtTerms: terms,
    passwords: settings.passwords ?? null,
    allowSignUp: settings.permitSignUp !== undefined,
    onPasswordReset: (user, request) =>
      passwordSet({
        how: "link",
        userId: user.id,
        email: user.email,
        requestId: request?.headers.get(REQUEST_ID_HEADER) ?? "",
        address: request?.headers.get(ADDRESS_HEADER) ?? "",
      }),
    onFailure: failed,
  });
  const adapter = await getAdapter({ ...options, database: pool });
  const hashed = hashedSessionAdapter(adapter, { now: clock, touch: (tokenHash) => sessions.touch(tokenHash) });
  const library = betterAuth({ ...options, database: () => hashed });
  const { password, internalAdapter } = await library.$context;
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
    passwordChanged: (by: Omit<PasswordSet, "how">) => passwordSet({ how: "changed", ...by }),
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
    issueResetLink: resetLinks({
      origin,
      now: clock,
      findUser: (email) => users.findUserByEmail(email),
      endLinksOf: async (userId) => {
        await pool.query(`delete from auth.verification where value = $1`, [userId]);
      },
      keep: async (link) => {
        await internalAdapter.createVerificationValue(link);
      },
    }),
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
