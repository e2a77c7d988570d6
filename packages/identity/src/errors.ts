import type { PasswordRefusal } from "./password/check-password.ts";

/** Why a server-side call of this package was refused. Messages are fixed texts: nothing from input enters them. */
const MESSAGES = {
  secret_too_short: "The identity secret must be at least 32 characters.",
  base_url_invalid: "The base URL must be an absolute http or https URL, and https when cookies are secure.",
  unknown_permission: "The permission is not in the table.",
  email_invalid: "The email address is not valid.",
  email_taken: "A user with this email address exists already.",
  name_invalid: "The name must have 1 to 120 characters.",
  password_too_short: "The password must have at least 12 characters.",
  password_too_long: "The password must have at most 128 characters.",
  password_too_common:
    "The password is too easily guessed. Choose several unrelated words, or let a password manager make one.",
  user_not_found: "There is no such user.",
  credentials_invalid: "The email address or the password is wrong.",
  two_factor_required: "The second factor is asked for; sign in through the HTTP surface.",
  sign_in_limited: "Too many attempts. Try again later.",
  identity_unavailable: "Credentials cannot be checked now.",
} as const;

export type IdentityErrorCode = keyof typeof MESSAGES;

/** The one reason a new password was refused for, as a person is told it. */
export function passwordRefusalText(refusal: PasswordRefusal): string {
  return MESSAGES[refusal];
}

/** The base error of this package. `retryAfterSeconds` is set with `sign_in_limited` alone. */
export class IdentityError extends Error {
  readonly code: IdentityErrorCode;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: IdentityErrorCode, options: { retryAfterSeconds?: number; cause?: unknown } = {}) {
    super(MESSAGES[code], options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "IdentityError";
    this.code = code;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  /** Whether the same call may succeed later. */
  get retryable(): boolean {
    return this.code === "sign_in_limited" || this.code === "identity_unavailable";
  }
}
