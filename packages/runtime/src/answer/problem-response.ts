import { PROBLEM_CODES, type ProblemCode } from "../problem-codes.ts";
import { Problem, type FieldError } from "../problem.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";

/** The document's members, all of them (RFC 9457 §3, with extension members). */
export interface ProblemDocument {
  readonly type: "about:blank";
  /** The status in words, as `about:blank` asks (RFC 9457 §4.2.1). */
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Stable, for programs. */
  readonly code: string;
  readonly request_id: string;
  readonly errors?: readonly FieldError[];
}

export type DeclaredProblems = Readonly<Record<string, { readonly status: number; readonly detail: string }>>;

const STATUS_WORDS: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  402: "Payment Required",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  409: "Conflict",
  410: "Gone",
  413: "Content Too Large",
  414: "URI Too Long",
  415: "Unsupported Media Type",
  421: "Misdirected Request",
  422: "Unprocessable Content",
  429: "Too Many Requests",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

/** The problem as the route may answer it: an undeclared code, unfit headers, or no Problem at all, is an internal error. */
export function toProblem(error: unknown, declared: DeclaredProblems): Problem {
  if (!(error instanceof Problem) || !isSendable(error)) return new Problem("internal_error", { cause: error });
  if (Object.hasOwn(PROBLEM_CODES, error.code)) return error;
  const own = Object.hasOwn(declared, error.code) ? declared[error.code] : undefined;
  if (own === undefined) return new Problem("internal_error", { cause: error });
  return new Problem(error.code, {
    status: own.status,
    detail: error.detail ?? own.detail,
    headers: error.headers,
    errors: error.errors,
    cause: error,
  });
}

/** False of headers that no answer can have: the problem's own would be lost, and the route reject. */
function isSendable({ headers }: Problem): boolean {
  try {
    void new Headers(headers);
    return true;
  } catch {
    return false;
  }
}

/** The answer for a problem that passed `toProblem`. */
export function problemResponse(
  problem: Problem,
  requestId: string,
  extra: Readonly<Record<string, string>> = {},
): Response {
  const known = PROBLEM_CODES[problem.code as ProblemCode] as { detail: string } | undefined;
  const document: ProblemDocument = {
    type: "about:blank",
    title: STATUS_WORDS[problem.status] ?? "Error",
    status: problem.status,
    detail: problem.detail ?? known?.detail ?? "The request was refused.",
    code: problem.code,
    request_id: requestId,
    ...(problem.errors.length === 0 ? {} : { errors: problem.errors.map(({ path }) => ({ path })) }),
  };
  // Seconds: long enough for a database to restart, short enough for a person to wait.
  const headers = new Headers(problem.status === 503 ? { "retry-after": "5" } : {});
  const own = { ...extra, ...SECURITY_HEADERS, "content-type": "application/problem+json", "x-request-id": requestId };
  // Set, one after the other: a record would join two spellings of a name into a list.
  for (const [name, value] of [...Object.entries(problem.headers), ...Object.entries(own)]) headers.set(name, value);
  return new Response(JSON.stringify(document), { status: problem.status, headers });
}
