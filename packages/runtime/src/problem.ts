import { PROBLEM_CODES, type ProblemCode } from "./problem-codes.ts";

export interface FieldError {
  /** For example `body.limits.0.amount`. Never a value. */
  readonly path: string;
}

export interface ProblemOptions {
  /** Shown to the client. Fixed text written by the author; never input, never an internal. */
  readonly detail?: string;
  /** Only for a code the route declares in `problems`; the runtime's own codes carry theirs. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly errors?: readonly FieldError[];
  readonly cause?: unknown;
}

/**
 * A refusal that the client is told of (RFC 9457). Throw it from a handler: the tenant transaction rolls back.
 * A code that is neither in `PROBLEM_CODES` nor declared by the route becomes 500 `internal_error`.
 */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly code: string;
  readonly status: number;
  readonly detail: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly errors: readonly FieldError[];

  constructor(code: ProblemCode | (string & {}), options: ProblemOptions = {}) {
    super(code, options.cause === undefined ? undefined : { cause: options.cause });
    const known = Object.hasOwn(PROBLEM_CODES, code) ? PROBLEM_CODES[code as ProblemCode] : undefined;
    this.code = code;
    this.status = known?.status ?? options.status ?? 500;
    this.detail = options.detail;
    this.headers = options.headers ?? {};
    this.errors = options.errors ?? [];
  }

  /** True when trying again later may succeed. */
  get retryable(): boolean {
    return this.status === 429 || this.status === 503;
  }
}
