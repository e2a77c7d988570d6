/** The closed list of reasons for which the gateway turns a call away. */
export const refusalCodes = {
  key_invalid: { status: 401, retry: false },
  key_revoked: { status: 401, retry: false },
  key_expired: { status: 401, retry: false },
  model_not_allowed: { status: 403, retry: false },
  model_unpriced: { status: 400, retry: false },
  not_metered: { status: 400, retry: false },
  request_invalid: { status: 400, retry: false },
  not_found: { status: 404, retry: false },
  method_not_allowed: { status: 405, retry: false },
  budget_exceeded: { status: 402, retry: false },
  rate_limited: { status: 429, retry: true },
  body_too_large: { status: 413, retry: false },
  destination_refused: { status: 502, retry: false },
  upstream_unreachable: { status: 502, retry: true },
  upstream_timeout: { status: 504, retry: true },
  ledger_unavailable: { status: 503, retry: true },
} as const;

export type RefusalCode = keyof typeof refusalCodes;

/** A call that the gateway answers itself. The message is shown to the caller: no secrets, no values of theirs. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: RefusalCode;
  readonly status: number;
  readonly retryable: boolean;
  readonly retryAfterSeconds: number | null;
  /** The methods allowed instead, for 405 (RFC 9110 section 15.5.6). */
  readonly allow: string | null;

  constructor(
    code: RefusalCode,
    message: string,
    options: { status?: number; retryAfterSeconds?: number; allow?: string } = {},
  ) {
    super(message);
    const entry = refusalCodes[code];
    this.code = code;
    this.status = options.status ?? entry.status;
    this.retryable = entry.retry;
    this.retryAfterSeconds = options.retryAfterSeconds ?? (entry.retry ? 1 : null);
    this.allow = options.allow ?? null;
  }
}
