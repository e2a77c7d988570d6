import { exitCodes, type ExitCode } from "./exit-codes.ts";

const EXIT_CODE_OF = {
  already_there: exitCodes.problem,
  build_failed: exitCodes.problem,
  cancelled: exitCodes.problem,
  changed_meanwhile: exitCodes.problem,
  edited_files: exitCodes.problem,
  host_invalid: exitCodes.problem,
  host_missing: exitCodes.usage,
  lock_invalid: exitCodes.problem,
  not_installed: exitCodes.usage,
  not_judged: exitCodes.incomplete,
  not_writable: exitCodes.problem,
  outside_host: exitCodes.problem,
  package_damaged: exitCodes.problem,
  unexpected: exitCodes.problem,
  unknown_module: exitCodes.usage,
  usage: exitCodes.usage,
} as const satisfies Record<string, ExitCode>;

/** Every way a `keys` command can end other than well. */
export type KeysErrorCode = keyof typeof EXIT_CODE_OF;

export interface KeysErrorDetails {
  /** What to do about it, as one or more imperative sentences. */
  readonly next?: string;
  /** Paths the message speaks of, relative to the host. */
  readonly files?: readonly string[];
  readonly cause?: unknown;
}

/** The one error class of this app. The message names paths, names and variables, never their values. */
export class KeysError extends Error {
  override readonly name = "KeysError";
  readonly code: KeysErrorCode;
  readonly exitCode: ExitCode;
  readonly next: string | undefined;
  readonly files: readonly string[];

  constructor(code: KeysErrorCode, message: string, details: KeysErrorDetails = {}) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.code = code;
    this.exitCode = EXIT_CODE_OF[code];
    this.next = details.next;
    this.files = details.files ?? [];
  }
}

/** What the system refuses about a folder, whoever owns it. */
const REFUSALS: ReadonlySet<unknown> = new Set(["EACCES", "EPERM", "EROFS", "ENOSPC"]);

/** Any failure as a KeysError; an unforeseen one keeps its message. */
export function asKeysError(error: unknown): KeysError {
  if (error instanceof KeysError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Error && "code" in error && REFUSALS.has(error.code)) {
    return new KeysError("not_writable", message, {
      cause: error,
      next: "Make the folder writable for this user, or free some space, and run the command again.",
    });
  }
  return new KeysError("unexpected", message, { cause: error });
}
