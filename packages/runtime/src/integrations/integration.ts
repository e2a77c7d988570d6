import type { Clock } from "../clock/clock.ts";
import type { Events } from "../events/safe-event.ts";
import type { LimitRule, RateLimiter } from "../host.ts";
import type { KeyManifest } from "../manifest/key-manifest.ts";
import type { Secret } from "../secret/secret.ts";
import type { BackoffRule } from "./backoff.ts";
import type { CircuitRule, CircuitState } from "./circuit.ts";

export type IntegrationSecrets = Readonly<Record<string, Secret>>;
export type IntegrationFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** What a call may use. Nothing else leads to the provider. */
export interface IntegrationIo<Secrets extends IntegrationSecrets> {
  /** Revealed as late as can be, into the header of the request it is for. */
  readonly secrets: Secrets;
  /**
   * `fetch` to the declared origins: limited, bounded, without redirects. Rejects when the provider limits, fails or
   * refuses the credential; any other answer is the call's to judge. Hand it to the provider's own SDK.
   */
  readonly fetch: IntegrationFetch;
  /** Aborts when the attempt or the whole call runs out of time, and when the caller goes away. */
  readonly signal: AbortSignal;
  /** The same in every attempt of one call. Sent as `idempotency-key`, it makes a POST fit for retries. */
  readonly idempotencyKey: string;
  /** 1 for the first. */
  readonly attempt: number;
}

export interface IntegrationOptions<Secrets extends IntegrationSecrets, Input, Output> {
  readonly manifest: KeyManifest;
  /** Words joined by dots, for events and errors, such as `stripe.subscriptions`. Default: the manifest's slug. */
  readonly name?: string;
  /** By the name of the environment variable they come from; `key.json` declares each. */
  readonly secrets: Secrets;
  /** Where calls may go: `https://host`, or `http://` on loopback for tests. */
  readonly origins: readonly string[];
  /** The provider's limits, a little below them. Each request of a call costs one point. */
  readonly limit: LimitRule & {
    /** Calls under way at once. Default: no bound but the rate. */
    readonly concurrent?: number;
    /** Shared by everything that uses the same account. Default: one of this process and this integration alone. */
    readonly limiter?: RateLimiter;
  };
  /** Milliseconds for one attempt, and for the whole call with its retries and waits. */
  readonly timeout: { readonly attemptMs: number; readonly totalMs: number };
  readonly retry: BackoffRule & {
    /** All attempts, the first included. Only calls that can be repeated harmlessly have a second. */
    readonly attempts: number;
    /** A longer `Retry-After` is not waited for; the provider is left alone until then, but no longer than this. */
    readonly maxRetryAfterMs: number;
  };
  readonly circuit?: CircuitRule;
  /** Bytes of one answer. Default: 1 MiB. */
  readonly maxResponseBytes?: number;
  readonly call: (input: Input, io: IntegrationIo<Secrets>) => Promise<Output>;
  /** Default: the platform's. A host hands in one that refuses private addresses. */
  readonly fetch?: IntegrationFetch;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly randomUUID?: () => string;
  readonly events?: Events;
}

export interface CallOptions {
  /** The caller's: the request that is waiting for the answer. */
  readonly signal?: AbortSignal;
  /** For an effect that must happen once even when the caller calls again. Default: a new one for each call. */
  readonly idempotencyKey?: string;
}

/** Rejects with IntegrationError and nothing else, but for RuntimeError `integration_invalid` in a browser. */
export type Integration<Input, Output> = ((input: Input, options?: CallOptions) => Promise<Output>) & {
  readonly definition: {
    readonly manifest: KeyManifest;
    readonly name: string;
    readonly secrets: readonly string[];
    readonly origins: readonly string[];
  };
  /** The circuit's state, for a health page. */
  readonly circuit: () => CircuitState;
};
