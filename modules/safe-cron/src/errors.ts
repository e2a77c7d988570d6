export type SafeCronErrorCode = "schedule_invalid";

/** A schedule that cannot be kept, found at construction. */
export class SafeCronError extends Error {
  override readonly name = "SafeCronError";
  readonly code: SafeCronErrorCode;
  readonly retryable = false;

  constructor(code: SafeCronErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
