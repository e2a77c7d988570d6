import { toDatabaseError } from "@meterr/database";
import { IdentityError } from "@meterr/identity";
import { Problem } from "@meterr/runtime";

/** Codes of `failureProblem` that are not the runtime's own; a route that calls it declares them. */
export const FAILURE_PROBLEMS = {
  password_refused: {
    status: 400,
    detail: "The password is too short, too long or too easily guessed; the detail says which.",
  },
  email_taken: { status: 409, detail: "A user with this e-mail address exists already." },
  two_factor_required: {
    status: 403,
    detail: "This account has a second factor. Sign in first, then open the invitation again.",
  },
} as const;

/**
 * What a client is told when work outside the tenant gate's transaction failed: refusals of the identity library by
 * their codes, a database that does not answer as 503. Anything else stays what it is and becomes 500.
 */
export function failureProblem(error: unknown): unknown {
  if (error instanceof Problem) return error;
  if (error instanceof IdentityError) return identityProblem(error);
  return toDatabaseError(error).retryable ? new Problem("database_unavailable", { cause: error }) : error;
}

function identityProblem(error: IdentityError): unknown {
  switch (error.code) {
    case "password_too_short":
    case "password_too_long":
    case "password_too_common":
      return new Problem("password_refused", { detail: error.message, errors: [{ path: "body.password" }] });
    case "email_invalid":
      return new Problem("invalid_input", { errors: [{ path: "body.email" }] });
    case "name_invalid":
      return new Problem("invalid_input", { errors: [{ path: "body.name" }] });
    case "email_taken":
      return new Problem("email_taken");
    case "credentials_invalid":
      return new Problem("credential_invalid", {
        detail: "There is an account with this e-mail address, and the password is not its own.",
      });
    case "two_factor_required":
      return new Problem("two_factor_required");
    case "sign_in_limited":
      return new Problem("rate_limited", { headers: { "retry-after": String(error.retryAfterSeconds ?? 60) } });
    case "identity_unavailable":
      return new Problem("identity_unavailable", { cause: error });
    case "secret_too_short":
    case "base_url_invalid":
    case "unknown_permission":
    case "user_not_found":
      return error;
  }
}
