/**
 * - `ledger_unavailable` the database cannot be asked; retryable
 * - `admission_invalid` the request's bounds are not numbers a ledger can hold
 * - `settlement_invalid` a settlement or report the database refuses as it is
 * - `gateway_unknown` this gateway is not registered any more
 * - `time_out_of_range` usage reported for longer ago than 35 days, or ahead of now
 */
export type LedgerErrorCode =
  | "ledger_unavailable"
  | "admission_invalid"
  | "settlement_invalid"
  | "gateway_unknown"
  | "time_out_of_range";

/** Every failure of this room. Messages carry no row content. */
export class LedgerError extends Error {
  readonly code: LedgerErrorCode;
  readonly retryable: boolean;
  /** An admission whose answer was lost: it may stand in the database, so it must be released (`queue.release`). */
  readonly uncertain: boolean;

  constructor(code: LedgerErrorCode, message: string, options: { uncertain?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "LedgerError";
    this.code = code;
    this.retryable = code === "ledger_unavailable";
    this.uncertain = options.uncertain ?? false;
  }
}
