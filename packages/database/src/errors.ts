/** Why something in this room failed. Stable; safe to show to an operator. */
export type DatabaseErrorCode =
  | "unsupported_platform"
  | "binaries_missing"
  | "folder_not_writable"
  | "folder_not_ours"
  | "folder_busy"
  | "data_version_mismatch"
  | "credential_missing"
  | "socket_path_too_long"
  | "server_not_started"
  | "server_not_stopped"
  | "settings_invalid"
  | "tls_required"
  | "server_too_old"
  | "not_direct"
  | "role_not_allowed"
  | "foreign_schema"
  | "migration_changed"
  | "migration_unknown"
  | "migration_failed"
  | "migration_invalid"
  | "tenant_not_verified"
  | "concurrent_query"
  | "transaction_over"
  | "transaction_aborted"
  | "isolation_not_in_force"
  | "database_unavailable"
  | "query_failed";

/**
 * Every failure of this room. `code` is stable; `retryable` says that the same call may succeed later.
 * Messages name settings, files and roles, never a password and never row content.
 */
export class DatabaseError extends Error {
  readonly code: string;
  readonly retryable: boolean;

  constructor(code: DatabaseErrorCode, message: string, options: { cause?: unknown; retryable?: boolean } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "DatabaseError";
    this.code = code;
    this.retryable = options.retryable ?? false;
  }
}
