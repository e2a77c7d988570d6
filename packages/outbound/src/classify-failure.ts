import { OutboundError } from "./outbound-error.ts";
import type { OutboundErrorCode } from "./outbound-error.ts";

const TIMEOUTS: ReadonlySet<string> = new Set([
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
]);

const MALFORMED: ReadonlySet<string> = new Set([
  "UND_ERR_INVALID_ARG",
  "UND_ERR_NOT_SUPPORTED",
  "UND_ERR_REQ_CONTENT_LENGTH_MISMATCH",
]);

/** Turns whatever a dispatcher reports into an OutboundError, keeping nothing of it but a code. */
export function classifyFailure(error: unknown, dispatched: boolean): OutboundError {
  if (error instanceof OutboundError) return error;
  const reason = codeOf(error);
  return new OutboundError(categoryOf(reason), dispatched, reason);
}

/** What a caller's abort means: `AbortSignal.timeout` is a time limit, everything else a wish. */
export function classifyAbort(reason: unknown, dispatched: boolean): OutboundError {
  const isTimeout = reason instanceof Error && reason.name === "TimeoutError";
  return new OutboundError(isTimeout ? "upstream_timeout" : "aborted", dispatched, isTimeout ? "DEADLINE" : undefined);
}

function categoryOf(reason: string | undefined): OutboundErrorCode {
  if (reason === undefined) return "upstream_unreachable";
  if (TIMEOUTS.has(reason)) return "upstream_timeout";
  if (MALFORMED.has(reason)) return "request_invalid";
  return "upstream_unreachable";
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  const { code } = error;
  return typeof code === "string" && /^[A-Z][A-Z0-9_]{1,63}$/.test(code) ? code : undefined;
}
