import { isUnavailable } from "../transaction/is-unavailable.ts";

// A SQLSTATE, a code of ours or of Node. Anything else might be a value in disguise.
const CODE = /^(?:[0-9A-Z]{5}|[a-z][a-z0-9_]{0,63}|E[A-Z0-9_]{1,40})$/;

/** The stable code of a failure, fit for a record that people and programs read; never a message. */
export function failureCode(error: unknown): string {
  const { code } = (root(error) ?? {}) as { code?: unknown };
  return typeof code === "string" && CODE.test(code) ? code : "handler_failed";
}

/** True when the failure itself says that another attempt may pass. */
export function mayPass(error: unknown): boolean {
  const cause = root(error);
  if (cause instanceof Error && "retryable" in cause && typeof cause.retryable === "boolean") return cause.retryable;
  return isUnavailable(cause);
}

/** A transaction that was poisoned carries the failure that did it. */
function root(error: unknown): unknown {
  if (!(error instanceof Error) || !("code" in error) || error.code !== "transaction_failed") return error;
  return error.cause === undefined ? error : root(error.cause);
}
