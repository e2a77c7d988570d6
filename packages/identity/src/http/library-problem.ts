import type { IdentityProblemCode } from "./problem.ts";

/** The library's own codes that say something to a person, in our words. */
const BY_CODE = new Map<string, IdentityProblemCode>([
  ["INVALID_EMAIL_OR_PASSWORD", "credentials_invalid"],
  ["INVALID_PASSWORD", "password_invalid"],
  ["INVALID_TOKEN", "token_invalid"],
  ["TOKEN_EXPIRED", "token_invalid"],
  ["INVALID_USER", "token_invalid"],
  ["USER_NOT_FOUND", "token_invalid"],
  ["PASSWORD_TOO_SHORT", "password_refused"],
  ["PASSWORD_TOO_LONG", "password_refused"],
  ["INVALID_CODE", "two_factor_invalid"],
  ["INVALID_BACKUP_CODE", "two_factor_invalid"],
  ["INVALID_TWO_FACTOR_COOKIE", "two_factor_expired"],
  ["TOTP_NOT_ENABLED", "two_factor_conflict"],
  ["TWO_FACTOR_NOT_ENABLED", "two_factor_conflict"],
  ["BACKUP_CODES_NOT_ENABLED", "two_factor_conflict"],
  ["TOTP_ALREADY_ENABLED", "two_factor_conflict"],
  ["TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE", "rate_limited"],
  ["ACCOUNT_TEMPORARILY_LOCKED", "rate_limited"],
  ["EMAIL_PASSWORD_SIGN_UP_DISABLED", "sign_up_refused"],
]);

const BY_STATUS = new Map<number, IdentityProblemCode>([
  [400, "invalid_input"],
  [401, "session_required"],
  [403, "cross_origin_refused"],
  [404, "not_found"],
  [422, "invalid_input"],
  [429, "rate_limited"],
]);

/**
 * The refusal that stands for an answer of the library. What is not listed, every 5xx among it, is
 * `identity_unavailable`: the library's own text never reaches the client.
 */
export function libraryProblem(status: number, body: unknown): IdentityProblemCode {
  const code: unknown = typeof body === "object" && body !== null ? Reflect.get(body, "code") : undefined;
  const named = status < 500 && typeof code === "string" ? BY_CODE.get(code) : undefined;
  return named ?? BY_STATUS.get(status) ?? "identity_unavailable";
}
