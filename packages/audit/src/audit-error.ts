/** Every way an audit as a whole can fail. What fails in one file is a diagnostic of that file, and the rest goes on. */
export type AuditErrorCode =
  | "not_a_folder"
  | "unreadable_folder"
  | "configuration_invalid"
  | "baseline_invalid"
  | "unknown_rule";

/** The base of every error this package throws. */
export class AuditError extends Error {
  readonly code: AuditErrorCode;

  constructor(code: AuditErrorCode, message: string) {
    super(message);
    this.name = "AuditError";
    this.code = code;
  }
}
