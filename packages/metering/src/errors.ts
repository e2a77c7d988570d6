export type MeteringCode =
  | "amount_invalid"
  | "usage_invalid"
  | "price_invalid"
  | "body_invalid"
  | "edit_invalid"
  | "counter_closed";

/**
 * Every failure of this package. `path` names the offending field where there is one, never its value.
 * None is retryable: the same input fails again.
 */
export class MeteringError extends Error {
  override readonly name = "MeteringError";
  readonly code: MeteringCode;
  readonly path: string | null;
  readonly retryable = false;

  constructor(code: MeteringCode, message: string, path: string | null = null) {
    super(path === null ? message : `${message} (at ${path})`);
    this.code = code;
    this.path = path;
  }
}
