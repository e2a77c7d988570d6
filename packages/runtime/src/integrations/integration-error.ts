import { Problem } from "../problem.ts";

/**
 * Why a call to a provider failed:
 * - `unavailable`: it could not be reached, or answered 408, 425 or 5xx;
 * - `timeout`: it did not answer in time;
 * - `rate_limited`: its limit, or ours below it, is reached;
 * - `overloaded`: as many calls as may be are under way;
 * - `limiter_unavailable`: our limit could not be checked;
 * - `circuit_open`: it failed too often; one probe is let through after a while;
 * - `aborted`: the caller went away;
 * - `credential_rejected`: it answered 401 or 403;
 * - `destination_refused`: another origin than the declared ones, or a secret in the address;
 * - `response_invalid`: a redirect, an answer that is too large, or not what was agreed;
 * - `failed`: anything else, the module's own errors included.
 */
export type IntegrationReason =
  | "unavailable"
  | "timeout"
  | "rate_limited"
  | "overloaded"
  | "limiter_unavailable"
  | "circuit_open"
  | "aborted"
  | "credential_rejected"
  | "destination_refused"
  | "response_invalid"
  | "failed";

const LATER: ReadonlySet<IntegrationReason> = new Set([
  "unavailable",
  "timeout",
  "rate_limited",
  "overloaded",
  "limiter_unavailable",
  "circuit_open",
  "aborted",
]);

export interface IntegrationErrorOptions {
  /** The provider's status, when it answered. */
  readonly status?: number | undefined;
  /** How long to stay away. */
  readonly retryAfterMs?: number | undefined;
}

/**
 * A call to a provider that failed. It holds a reason and numbers, neither the provider's words nor a cause, since either
 * may repeat what was sent. Thrown out of a handler it answers 503 with Retry-After, or 500 when later is no better.
 */
export class IntegrationError extends Problem {
  readonly integration: string;
  readonly reason: IntegrationReason;
  readonly providerStatus: number | null;
  readonly retryAfterMs: number | null;

  constructor(integration: string, reason: IntegrationReason, options: IntegrationErrorOptions = {}) {
    const { status, retryAfterMs } = options;
    const seconds = Math.max(1, Math.ceil((retryAfterMs ?? 0) / 1000));
    super(
      LATER.has(reason) ? "dependency_unavailable" : "internal_error",
      LATER.has(reason) && retryAfterMs !== undefined ? { headers: { "retry-after": String(seconds) } } : {},
    );
    this.message = `${integration}: ${reason}`;
    this.integration = integration;
    this.reason = reason;
    this.providerStatus = status ?? null;
    this.retryAfterMs = retryAfterMs ?? null;
  }
}
