import { exitCodes, type ExitCode } from "./exit-codes.ts";

/** Every way a `meterr` command can end other than well. */
export type CliErrorCode =
  | "already_running"
  | "child_failed"
  | "configuration_refused"
  | "credential_missing"
  | "database_failed"
  | "home_refused"
  | "input_missing"
  | "kek_refused"
  | "keystore_missing"
  | "not_our_database"
  | "port_in_use"
  | "settings_invalid"
  | "server_refused"
  | "unexpected"
  | "unhealthy"
  | "server_unreachable"
  | "usage"
  | "verification_failed";

const exitCodeOf: Record<CliErrorCode, ExitCode> = {
  already_running: exitCodes.failed,
  child_failed: exitCodes.failed,
  configuration_refused: exitCodes.configuration,
  credential_missing: exitCodes.usage,
  database_failed: exitCodes.failed,
  home_refused: exitCodes.configuration,
  input_missing: exitCodes.usage,
  kek_refused: exitCodes.configuration,
  keystore_missing: exitCodes.configuration,
  not_our_database: exitCodes.configuration,
  port_in_use: exitCodes.failed,
  settings_invalid: exitCodes.configuration,
  server_refused: exitCodes.refused,
  unexpected: exitCodes.failed,
  unhealthy: exitCodes.failed,
  server_unreachable: exitCodes.unreachable,
  usage: exitCodes.usage,
  verification_failed: exitCodes.failed,
};

/** What else a person may be told about a failure. */
export interface CliErrorDetails {
  /** What to do about it, as one or more imperative sentences. */
  next?: string | undefined;
  /** The server's request id, when a server answered. */
  requestId?: string | undefined;
  /** The server's stable problem code, when it gave one. */
  serverCode?: string | undefined;
  /** HTTP status of the answer. */
  status?: number | undefined;
  cause?: unknown;
}

/** The one error class of this app. The message never holds a secret, a token or a row. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly code: CliErrorCode;
  readonly exitCode: ExitCode;
  readonly next: string | undefined;
  readonly requestId: string | undefined;
  readonly serverCode: string | undefined;
  readonly status: number | undefined;

  constructor(code: CliErrorCode, message: string, details: CliErrorDetails = {}) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.code = code;
    this.exitCode = exitCodeOf[code];
    this.next = details.next;
    this.requestId = details.requestId;
    this.serverCode = details.serverCode;
    this.status = details.status;
  }
}

/** Any failure as a CliError; an unforeseen one keeps its message, which by rule holds no secret. */
export function asCliError(error: unknown): CliError {
  if (error instanceof CliError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new CliError("unexpected", message, { cause: error });
}
