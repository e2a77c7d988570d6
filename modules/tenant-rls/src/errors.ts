export type TenantRlsErrorCode =
  | "input_invalid"
  | "table_missing"
  | "not_a_table"
  | "tenant_column_missing"
  | "tenant_type_unsupported"
  | "already_secured"
  | "not_owner"
  | "not_one_connection"
  | "not_proved"
  | "timed_out"
  | "database_unavailable";

/** Every refusal of this module. Messages name tables, columns and roles, never a row. */
export class TenantRlsError extends Error {
  override readonly name = "TenantRlsError";
  readonly code: TenantRlsErrorCode;
  readonly retryable: boolean;

  constructor(code: TenantRlsErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = code === "database_unavailable" || code === "timed_out";
  }
}
