import type { ProblemCode } from "../problem-codes.ts";
import { Problem } from "../problem.ts";

const BY_STATUS: Readonly<Record<number, ProblemCode>> = {
  400: "invalid_request",
  401: "credential_invalid",
  402: "budget_exceeded",
  403: "forbidden",
  404: "not_found",
  409: "conflict",
  413: "body_too_large",
  415: "unsupported_media_type",
  429: "rate_limited",
  503: "dependency_unavailable",
};

/** A handler's bare error status as a problem, so that no error leaves in a shape of its own. */
export function problemOfStatus(status: number): Problem {
  const code = BY_STATUS[status];
  if (code === undefined)
    return new Problem("internal_error", {
      cause: new TypeError("A handler answered with a status that has no code."),
    });
  return new Problem(code);
}
