import type { BetterAuthOptions } from "better-auth";
import { jwt, twoFactor } from "better-auth/plugins";
import { describeFailure, type IdentityFailure } from "../failure.ts";
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from "../password/check-password.ts";
import type { PasswordHashing } from "../password/password-hashing.ts";
import { ABSOLUTE_LIFE_SECONDS } from "../session/session-life.ts";
import { accessTokenClaims, type JwtTerms } from "../authenticators/jwt-terms.ts";

/** Where the library is mounted. */
export const BASE_PATH = "/api/auth";
/** The one header the library takes the client's address from; only our own handler sets it. */
export const ADDRESS_HEADER = "x-meterr-client-address";
/** Likewise, of the request under which something is recorded. */
export const REQUEST_ID_HEADER = "x-meterr-request-id";
/** A password reset link lives this long. Seconds. */
export const RESET_LIFE_SECONDS = 60 * 60;
/** A signing key signs this long, and is published a day longer for what it signed. Seconds. */
const SIGNING_KEY_LIFE_SECONDS = 30 * 24 * 60 * 60;
const SIGNING_KEY_GRACE_SECONDS = 24 * 60 * 60;

/** What the library's options are made of. */
export interface LibrarySettings {
  readonly origin: string;
  readonly secret: string;
  readonly cookiePrefix: string;
  readonly secureCookies: boolean;
  readonly trustedOrigins: readonly string[];
  readonly jwtTerms: JwtTerms;
  readonly passwords: PasswordHashing | null;
  readonly allowSignUp: boolean;
  readonly mail: LibraryMail | null;
  /** Told after a link has set a password. Never rejects. */
  onPasswordReset(user: { id: string; email: string }, request: Request | undefined): Promise<void>;
  onFailure(failure: IdentityFailure): void;
}

/** Sends in the background: the answer must not wait, or its time would tell who has an account. */
export interface LibraryMail {
  reset(to: string, token: string): void;
  verify(to: string, token: string): void;
}

/**
 * The library as this package uses it. Left to us instead of the library: who may call what (the handler's
 * allow-list), limits, the Origin check, session life and session tokens at rest (the adapter).
 */
export function libraryOptions(settings: LibrarySettings) {
  const { mail, secret, passwords } = settings;
  return {
    appName: "Meterr",
    baseURL: settings.origin,
    basePath: BASE_PATH,
    secret,
    // Set explicitly, so that BETTER_AUTH_SECRETS in the environment cannot put another in its place.
    secrets: [{ version: 1, value: secret }],
    trustedOrigins: [...settings.trustedOrigins],
    telemetry: { enabled: false },
    rateLimit: { enabled: false },
    emailAndPassword: {
      enabled: true,
      disableSignUp: !settings.allowSignUp,
      // Signed up is not signed in; it also makes the answer for an address that is taken look like any other.
      autoSignIn: false,
      minPasswordLength: MIN_PASSWORD_LENGTH,
      maxPasswordLength: MAX_PASSWORD_LENGTH,
      ...(passwords === null ? {} : { password: passwords }),
      resetPasswordTokenExpiresIn: RESET_LIFE_SECONDS,
      revokeSessionsOnPasswordReset: true,
      onPasswordReset: ({ user }, request) => settings.onPasswordReset(user, request),
      ...(mail === null ? {} : { sendResetPassword: async ({ user, token }) => mail.reset(user.email, token) }),
    },
    emailVerification: {
      sendOnSignUp: mail !== null,
      autoSignInAfterVerification: false,
      ...(mail === null ? {} : { sendVerificationEmail: async ({ user, token }) => mail.verify(user.email, token) }),
    },
    session: { expiresIn: ABSOLUTE_LIFE_SECONDS, disableSessionRefresh: true, cookieCache: { enabled: false } },
    verification: { storeIdentifier: "hashed" },
    advanced: {
      // The prefix __Host- is ours to set; the library's own switch would add __Secure- before it.
      useSecureCookies: false,
      cookiePrefix: settings.cookiePrefix,
      defaultCookieAttributes: { secure: settings.secureCookies, httpOnly: true, sameSite: "lax", path: "/" },
      disableCSRFCheck: false,
      disableOriginCheck: false,
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
      database: { generateId: "uuid" },
    },
    // The library's messages may hold addresses and statements: only the kind of an error goes further.
    logger: { level: "error", log: (_level, _message, ...details) => reportFirst(settings, details) },
    // Otherwise the router prints whole errors, rows of failed statements among them, on the console.
    onAPIError: { throw: true },
    plugins: [
      jwt({
        disableSettingJwtHeader: true,
        jwks: {
          keyPairConfig: { alg: "EdDSA", crv: "Ed25519" },
          rotationInterval: SIGNING_KEY_LIFE_SECONDS,
          gracePeriod: SIGNING_KEY_GRACE_SECONDS,
        },
        jwt: accessTokenClaims(settings.jwtTerms),
      }),
      twoFactor({ issuer: "Meterr", backupCodeOptions: { storeBackupCodes: "encrypted" } }),
    ],
  } satisfies BetterAuthOptions;
}

function reportFirst(settings: LibrarySettings, details: readonly unknown[]): void {
  settings.onFailure(
    describeFailure(
      "identity_library_failure",
      details.find((detail) => detail instanceof Error),
    ),
  );
}
