import * as z from "zod";
import { MAX_PASSWORD_LENGTH } from "../password/check-password.ts";

const email = z
  .email()
  .max(320)
  .transform((text) => text.toLowerCase());
/** Of a password that exists already: only bounded, so that its rules can change. */
const password = z.string().min(1).max(MAX_PASSWORD_LENGTH);
const name = z.string().trim().min(1).max(120);
const totpCode = z.string().regex(/^\d{6}$/);
const backupCode = z.string().regex(/^[A-Za-z0-9]{5}-[A-Za-z0-9]{5}$/);
const linkToken = z.string().min(1).max(2048);

/** One operation of the surface. `input` is the body of a POST, the query of a GET; unknown fields are refused. */
export interface Operation {
  readonly method: "GET" | "POST";
  readonly input: z.ZodType<Record<string, unknown>>;
  /** Whose attempts are counted besides the address's: the account named in the input, or the session's. */
  readonly counts?: "account" | "session" | "address";
  /** Counted even when it succeeds: it makes something happen elsewhere, such as a mail. */
  readonly countsSuccess?: true;
  /** Fields of the library's answer that reach the client; a nested object is filtered likewise. */
  readonly answers: Answer;
  /** A new password to check, by its field. */
  readonly newPassword?: "password" | "newPassword";
  /** What the library is told besides the input; a client has no say in it. */
  readonly adds?: Readonly<Record<string, unknown>>;
  readonly needs?: "mail" | "sign-up";
}

export interface Answer {
  readonly [field: string]: true | Answer;
}

const nothing = z.strictObject({});
const user = {
  id: true,
  email: true,
  name: true,
  emailVerified: true,
  twoFactorEnabled: true,
  createdAt: true,
} as const;

/**
 * The allow-list: every operation of the library that is reachable over HTTP, by its path below /api/auth.
 * Whatever is not here is answered 404 before the library sees it. No answer holds a session's token: it
 * travels in the cookie alone.
 */
export const SURFACE: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  [
    "/sign-up/email",
    {
      method: "POST",
      input: z.strictObject({ email, password, name, invitation: z.string().min(1).max(256).optional() }),
      counts: "address",
      answers: { user },
      newPassword: "password",
      needs: "sign-up",
    },
  ],
  [
    "/sign-in/email",
    {
      method: "POST",
      input: z.strictObject({ email, password, rememberMe: z.boolean().optional() }),
      counts: "account",
      answers: { user, twoFactorRedirect: true, twoFactorMethods: true },
    },
  ],
  ["/sign-out", { method: "POST", input: nothing, answers: { success: true } }],
  [
    "/get-session",
    {
      method: "GET",
      input: nothing,
      answers: { user, session: { id: true, createdAt: true, updatedAt: true, expiresAt: true } },
    },
  ],
  ["/token", { method: "GET", input: nothing, answers: { token: true } }],
  [
    "/jwks",
    {
      method: "GET",
      input: nothing,
      answers: { keys: { kid: true, kty: true, crv: true, alg: true, x: true, use: true } },
    },
  ],
  [
    "/verify-email",
    {
      method: "GET",
      input: z.strictObject({ token: linkToken }),
      counts: "address",
      answers: { status: true },
      needs: "mail",
    },
  ],
  [
    "/request-password-reset",
    {
      method: "POST",
      input: z.strictObject({ email }),
      counts: "account",
      countsSuccess: true,
      answers: { status: true },
      needs: "mail",
    },
  ],
  // Not of mail alone: the operator of the machine hands out links too.
  [
    "/reset-password",
    {
      method: "POST",
      input: z.strictObject({ token: linkToken, newPassword: password }),
      counts: "address",
      answers: { status: true },
      newPassword: "newPassword",
    },
  ],
  [
    "/change-password",
    {
      method: "POST",
      input: z.strictObject({ currentPassword: password, newPassword: password }),
      counts: "session",
      answers: { user },
      newPassword: "newPassword",
      adds: { revokeOtherSessions: true },
    },
  ],
  [
    "/two-factor/enable",
    {
      method: "POST",
      input: z.strictObject({ password }),
      counts: "session",
      answers: { method: true, totpURI: true, backupCodes: true },
    },
  ],
  [
    "/two-factor/disable",
    { method: "POST", input: z.strictObject({ password }), counts: "session", answers: { status: true } },
  ],
  [
    "/two-factor/get-totp-uri",
    { method: "POST", input: z.strictObject({ password }), counts: "session", answers: { totpURI: true } },
  ],
  [
    "/two-factor/generate-backup-codes",
    {
      method: "POST",
      input: z.strictObject({ password }),
      counts: "session",
      answers: { status: true, backupCodes: true },
    },
  ],
  [
    "/two-factor/verify-totp",
    { method: "POST", input: z.strictObject({ code: totpCode }), counts: "address", answers: { user } },
  ],
  [
    "/two-factor/verify-backup-code",
    { method: "POST", input: z.strictObject({ code: backupCode }), counts: "address", answers: { user } },
  ],
]);

/** The part of a value that may be answered. Lists are filtered element by element; null stays null. */
export function project(value: unknown, answer: Answer | true): unknown {
  if (answer === true || value === null) return value;
  if (Array.isArray(value)) return value.map((element) => project(element, answer));
  if (typeof value !== "object" || value === undefined) return undefined;
  const fields = Object.entries(answer).flatMap(([field, inner]) => {
    const part = Object.hasOwn(value, field) ? project(Reflect.get(value, field), inner) : undefined;
    return part === undefined ? [] : [[field, part] as const];
  });
  return Object.fromEntries(fields);
}
