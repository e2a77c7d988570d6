/** The closed list of refusals of the HTTP surface: status, title. */
export const IDENTITY_PROBLEMS = {
  invalid_input: { status: 400, title: "The input is not valid" },
  malformed_json: { status: 400, title: "The body is not acceptable JSON" },
  password_refused: { status: 400, title: "The password is too short, too long or too easily guessed" },
  token_invalid: { status: 400, title: "The link is not valid, was used or has expired" },
  credentials_invalid: { status: 401, title: "The email address or the password is wrong" },
  session_required: { status: 401, title: "Sign in first" },
  two_factor_invalid: { status: 401, title: "The code is not valid" },
  two_factor_expired: { status: 401, title: "Sign in again to enter a code" },
  password_invalid: { status: 403, title: "The password is wrong" },
  sign_up_refused: { status: 403, title: "Signing up needs an invitation" },
  cross_origin_refused: { status: 403, title: "Not sent by this site" },
  not_found: { status: 404, title: "Not found" },
  method_not_allowed: { status: 405, title: "Method not allowed" },
  request_timeout: { status: 408, title: "The body did not arrive in time" },
  two_factor_conflict: { status: 409, title: "Two-factor sign-in is not in the state this needs" },
  body_too_large: { status: 413, title: "The body is too large" },
  unsupported_media_type: { status: 415, title: "The body must be JSON in UTF-8" },
  rate_limited: { status: 429, title: "Too many attempts" },
  identity_unavailable: { status: 503, title: "Credentials cannot be checked now" },
} as const;

export type IdentityProblemCode = keyof typeof IDENTITY_PROBLEMS;

/** What a refusal may add: more headers, which reason of several applies, and the paths (never the values) of refused fields. */
export interface ProblemExtras {
  readonly detail?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly errors?: readonly { readonly path: string }[];
}

/** Seconds after which a client may ask again when a dependency was down. */
const UNAVAILABLE_RETRY_SECONDS = "5";

/** A problem document (RFC 9457) with its request id, never cached. */
export function problem(code: IdentityProblemCode, requestId: string, extras: ProblemExtras = {}): Response {
  const { status, title } = IDENTITY_PROBLEMS[code];
  const { detail, errors } = extras;
  const told = { ...(detail === undefined ? {} : { detail }), ...(errors ? { errors } : {}) };
  const body = { type: "about:blank", title, status, code, request_id: requestId, ...told };
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      "x-request-id": requestId,
      ...(status === 503 ? { "retry-after": UNAVAILABLE_RETRY_SECONDS } : {}),
      ...extras.headers,
    },
  });
}
