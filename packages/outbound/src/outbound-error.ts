/**
 * Why a call has no answer, or no whole one.
 *
 * - `destination_refused`: not https, or the name resolves to an address that is not public.
 * - `upstream_unreachable`: no connection, or one that broke or spoke something other than HTTP.
 * - `upstream_timeout`: a time limit passed: connecting, waiting for headers or for the next byte, or the caller's own.
 * - `aborted`: the caller's signal or handler ended it.
 * - `request_invalid`: the options can never make a request.
 */
export type OutboundErrorCode =
  | "destination_refused"
  | "upstream_unreachable"
  | "upstream_timeout"
  | "aborted"
  | "request_invalid";

const MESSAGES: Readonly<Record<OutboundErrorCode, string>> = {
  destination_refused: "The destination is not allowed.",
  upstream_unreachable: "The upstream could not be reached or broke off.",
  upstream_timeout: "The upstream did not answer in time.",
  aborted: "The call was ended by its caller.",
  request_invalid: "The request is malformed.",
};

/** The one error class of this package. Holds no address, header or body, and no cause that might. */
export class OutboundError extends Error {
  readonly code: OutboundErrorCode;
  /**
   * Whether any byte of the request may have reached the upstream. False only when none was written: refused,
   * no address, no connection, no TLS, or ended while waiting for one. When true, count it as served.
   */
  readonly dispatched: boolean;
  /** A system or library code, such as `ECONNREFUSED`, for logs. */
  readonly reason: string | undefined;
  /** Nothing was dispatched and the same call may succeed later. */
  readonly retryable: boolean;

  constructor(code: OutboundErrorCode, dispatched: boolean, reason?: string) {
    super(MESSAGES[code]);
    this.name = "OutboundError";
    this.code = code;
    this.dispatched = dispatched;
    this.reason = reason;
    this.retryable = !dispatched && (code === "upstream_unreachable" || code === "upstream_timeout");
  }
}
