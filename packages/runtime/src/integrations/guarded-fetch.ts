import type { Clock } from "../clock/clock.ts";
import type { LimitRule, LimitVerdict, RateLimiter } from "../host.ts";
import type { Secret } from "../secret/secret.ts";
import { IntegrationError, type IntegrationErrorOptions, type IntegrationReason } from "./integration-error.ts";
import type { IntegrationFetch } from "./integration.ts";
import { eitherSignal } from "./either-signal.ts";
import { readResponse } from "./read-response.ts";
import { parseRetryAfter } from "./retry-after.ts";

/** What every attempt of an integration shares. */
export interface Provider {
  readonly name: string;
  readonly origins: readonly string[];
  readonly secrets: readonly Secret[];
  readonly limiter: RateLimiter;
  readonly rule: LimitRule;
  readonly maxResponseBytes: number;
  readonly maxRetryAfterMs: number;
  readonly fetch: IntegrationFetch;
  readonly clock: Clock;
  /** On the monotonic clock: nothing is sent before. */
  pausedUntil: number;
}

/** What is known of an attempt, whatever the call made of it. */
export interface AttemptRecord {
  readonly signal: AbortSignal;
  readonly idempotencyKey: string;
  /** The first failure. It stands even when the call swallows or wraps it. */
  failure: IntegrationError | null;
  /** This call is not to be tried again: what it sent may not be sent twice, or the provider asked for too long a wait. */
  unrepeatable: boolean;
  /** The provider answered at least once. */
  answered: boolean;
}

// RFC 9110 §9.2.2.
const IDEMPOTENT = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);

/** The one way to the provider: to its origins alone, within its limits, without redirects, in bounded answers. */
export function guardedFetch(provider: Provider, record: AttemptRecord): IntegrationFetch {
  return async (input, init) => {
    const fail = (reason: IntegrationReason, options?: IntegrationErrorOptions): IntegrationError => {
      const error = new IntegrationError(provider.name, reason, options);
      record.failure ??= error;
      return error;
    };
    if (record.signal.aborted) throw fail("aborted");
    const request = await requestParts(input, init).catch(() => null);
    if (request === null || !isAllowed(provider, request.url)) throw fail("destination_refused");
    const paused = pause(provider);
    if (paused > 0) throw fail("rate_limited", { retryAfterMs: paused });
    const verdict = await consume(provider).catch(() => null);
    if (typeof verdict?.allowed !== "boolean") throw fail("limiter_unavailable");
    if (!verdict.allowed) throw fail("rate_limited", { retryAfterMs: delayOf(verdict, provider.rule) });

    const headers = new Headers(request.init.headers);
    const isKeyed = headers.get("idempotency-key") === record.idempotencyKey;
    if (!IDEMPOTENT.has((request.init.method ?? "GET").toUpperCase()) && !isKeyed) record.unrepeatable = true;
    let response: Response | null;
    try {
      response = await provider.fetch(request.url.href, {
        ...request.init,
        headers,
        redirect: "manual",
        signal: eitherSignal(record.signal, request.init.signal ?? null),
      });
      record.answered = true;
      const refused = judge(provider, record, response);
      if (refused !== null) {
        void response.body?.cancel().catch(() => undefined);
        throw fail(refused.reason, refused);
      }
      response = await readResponse(response, provider.maxResponseBytes);
    } catch (error) {
      // What the platform says may name addresses; what it means is that there was no whole answer.
      throw error instanceof IntegrationError ? error : fail("unavailable");
    }
    if (response === null) throw fail("response_invalid");
    return response;
  };
}

interface Refusal extends IntegrationErrorOptions {
  readonly reason: IntegrationReason;
}

/** What the status alone says; null leaves the answer to the call. A `Retry-After` is kept to by every later call. */
function judge(provider: Provider, record: AttemptRecord, { status, headers }: Response): Refusal | null {
  if (status === 429 || status === 408 || status === 425 || status >= 500) {
    const asked = parseRetryAfter(headers.get("retry-after"), provider.clock.now());
    const reason = status === 429 ? "rate_limited" : "unavailable";
    if (asked === null) return { reason, status };
    const delay = Math.min(asked, provider.maxRetryAfterMs);
    provider.pausedUntil = Math.max(provider.pausedUntil, provider.clock.elapsed() + delay);
    // Beyond the bound the provider may be asked again before its time, but never by a call that already failed.
    if (asked > delay) record.unrepeatable = true;
    return { reason, status, retryAfterMs: delay };
  }
  if (status === 401 || status === 403) return { reason: "credential_rejected", status };
  // 0 is a redirect as browsers' platforms show it.
  if (status === 0 || (status >= 300 && status < 400 && status !== 304)) return { reason: "response_invalid", status };
  return null;
}

async function consume({ limiter, name, rule }: Provider): Promise<LimitVerdict> {
  return limiter.consume(`integration ${name}`, 1, rule);
}

/** Milliseconds until the provider may be asked again. */
function pause(provider: Provider): number {
  return Math.max(0, provider.pausedUntil - provider.clock.elapsed());
}

function delayOf(verdict: LimitVerdict, rule: LimitRule): number {
  const { retryAfterSeconds } = verdict;
  return (Number.isFinite(retryAfterSeconds) && retryAfterSeconds >= 0 ? retryAfterSeconds : rule.seconds) * 1000;
}

function isAllowed(provider: Provider, url: URL): boolean {
  if (!provider.origins.includes(url.origin) || url.username !== "" || url.password !== "") return false;
  // Addresses end up in the logs of everybody on the way.
  const address = [url.href, decode(url.href)];
  return provider.secrets.every((secret) => {
    const value = secret.reveal();
    return !address.some((text) => text.includes(value) || text.includes(encodeURIComponent(value)));
  });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}

/** Apart, because another `fetch` than the platform's may not know the platform's Request. */
async function requestParts(
  input: string | URL | Request,
  init: RequestInit | undefined,
): Promise<{ url: URL; init: RequestInit }> {
  if (!(input instanceof Request)) return { url: new URL(input), init: init ?? {} };
  const { method, headers, signal } = input;
  const body = input.body === null ? {} : { body: await input.arrayBuffer() };
  return { url: new URL(input.url), init: { method, headers, signal, ...body, ...init } };
}
