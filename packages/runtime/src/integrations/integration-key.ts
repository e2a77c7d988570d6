import { systemClock, type Clock } from "../clock/clock.ts";
import { emitEvent } from "../events/safe-event.ts";
import { memoryRateLimiter } from "../limits/memory-rate-limiter.ts";
import { assertServer } from "../server/assert-server.ts";
import { backoff } from "./backoff.ts";
import { Circuit, type CircuitOutcome } from "./circuit.ts";
import { checkIntegration } from "./define-integration.ts";
import { guardedFetch, type AttemptRecord, type Provider } from "./guarded-fetch.ts";
import { IntegrationError, type IntegrationReason } from "./integration-error.ts";
import type { CallOptions, Integration, IntegrationOptions, IntegrationSecrets } from "./integration.ts";

const CIRCUIT = { failures: 5, openMs: 30_000 };
const MAX_RESPONSE_BYTES = 1024 * 1024;

/**
 * A provider's API, called from the server alone: within its limits, to its own origins, in bounded time. Calls that
 * can be repeated harmlessly are, a provider that is down is left alone, and whatever goes wrong becomes an
 * IntegrationError that repeats neither a secret nor anybody's words.
 * Throws RuntimeError `integration_invalid` (in a browser, too) or `manifest_disagrees` at construction.
 */
export function integrationKey<Secrets extends IntegrationSecrets, Input, Output>(
  options: IntegrationOptions<Secrets, Input, Output>,
): Integration<Input, Output> {
  const name = checkIntegration(options);
  const { manifest, events, retry, timeout, limit } = options;
  const secrets = Object.freeze({ ...options.secrets });
  const clock = options.clock ?? systemClock();
  const random = options.random ?? Math.random;
  const randomUUID = options.randomUUID ?? (() => crypto.randomUUID());
  const provider: Provider = {
    name,
    origins: [...options.origins],
    secrets: Object.values(secrets),
    limiter: limit.limiter ?? memoryRateLimiter({ now: () => clock.elapsed(), maxBuckets: 1 }),
    rule: { points: limit.points, seconds: limit.seconds },
    maxResponseBytes: options.maxResponseBytes ?? MAX_RESPONSE_BYTES,
    maxRetryAfterMs: retry.maxRetryAfterMs,
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    clock,
    pausedUntil: Number.NEGATIVE_INFINITY,
  };
  const tell = { module: manifest.slug, operation: name };
  const circuit = new Circuit(
    options.circuit ?? CIRCUIT,
    () => clock.elapsed(),
    (state) => emitEvent(events, { event: "integration.circuit", ...tell, circuit: state }),
  );
  let running = 0;

  const attempt = async (
    input: Input,
    number: number,
    left: number,
    caller: AbortSignal | undefined,
    idempotencyKey: string,
  ): Promise<{ output: Output } | { error: IntegrationError; repeatable: boolean }> => {
    if (caller?.aborted === true) return { error: new IntegrationError(name, "aborted"), repeatable: false };
    const passage = circuit.enter();
    if (!passage.open) {
      const error = new IntegrationError(name, "circuit_open", { retryAfterMs: passage.retryAfterMs });
      return { error, repeatable: false };
    }
    const limits = deadline(clock, Math.min(timeout.attemptMs, left), caller);
    const record: AttemptRecord = {
      signal: limits.signal,
      idempotencyKey,
      failure: null,
      unrepeatable: false,
      answered: false,
    };
    let outcome: CircuitOutcome = "unknown";
    try {
      const io = {
        secrets,
        fetch: guardedFetch(provider, record),
        signal: limits.signal,
        idempotencyKey,
        attempt: number,
      };
      const output = await Promise.race([options.call(input, io), limits.expired]);
      // A call that carries on after a failure would answer with half the truth.
      if (record.failure !== null) throw record.failure;
      outcome = "answered";
      return { output };
    } catch (thrown) {
      const error =
        limits.reason() === null
          ? (record.failure ?? own(name, thrown))
          : new IntegrationError(name, limits.reason() ?? "timeout");
      outcome = outcomeOf(error, record);
      return { error, repeatable: error.retryable && error.reason !== "aborted" && !record.unrepeatable };
    } finally {
      limits.stop();
      passage.settle(outcome);
    }
  };

  const attempts = async (input: Input, { signal, idempotencyKey }: CallOptions): Promise<Output> => {
    const began = clock.elapsed();
    const key = idempotencyKey ?? randomUUID();
    for (let number = 1; ; number++) {
      const left = timeout.totalMs - (clock.elapsed() - began);
      const result = await attempt(input, number, left, signal, key);
      const failed = "error" in result ? result.error : null;
      emitEvent(events, {
        event: failed === null ? "integration.answered" : "integration.failed",
        ...tell,
        attempt: number,
        duration_ms: Math.round(clock.elapsed() - began),
        code: failed?.reason,
        retryable: failed?.retryable,
        status: failed?.providerStatus,
        retry_after_ms: failed?.retryAfterMs,
      });
      if (!("error" in result)) return result.output;
      const delay = result.error.retryAfterMs ?? backoff(number, retry, random);
      const fits = delay <= retry.maxRetryAfterMs && clock.elapsed() - began + delay < timeout.totalMs;
      if (!result.repeatable || number >= retry.attempts || !fits) throw result.error;
      await clock.wait(delay, signal ?? NEVER);
    }
  };

  const call = async (input: Input, callOptions: CallOptions = {}): Promise<Output> => {
    assertServer(name, "integration_invalid");
    if (running >= (limit.concurrent ?? Number.POSITIVE_INFINITY)) throw new IntegrationError(name, "overloaded");
    running += 1;
    try {
      return await attempts(input, callOptions);
    } catch (error) {
      throw own(name, error);
    } finally {
      running -= 1;
    }
  };
  const definition = Object.freeze({
    manifest,
    name,
    secrets: Object.freeze(Object.keys(secrets)),
    origins: Object.freeze([...options.origins]),
  });
  return Object.freeze(Object.assign(call, { definition, circuit: () => circuit.state }));
}

const NEVER = new AbortController().signal;

/** Ends an attempt when its time is up or its caller has gone, whether the call listens to the signal or not. */
function deadline(clock: Clock, milliseconds: number, caller: AbortSignal | undefined) {
  const attempt = new AbortController();
  const finished = new AbortController();
  const expired = Promise.withResolvers<never>();
  let reason: IntegrationReason | null = null;
  const end = (why: IntegrationReason): void => {
    if (finished.signal.aborted) return;
    reason ??= why;
    attempt.abort();
    expired.reject(new Error(why));
  };
  const leave = (): void => end("aborted");
  caller?.addEventListener("abort", leave);
  void clock.wait(milliseconds, finished.signal).then(() => end("timeout"));
  expired.promise.catch(() => undefined);
  return {
    signal: attempt.signal,
    expired: expired.promise,
    reason: () => reason,
    stop() {
      finished.abort();
      caller?.removeEventListener("abort", leave);
      // Whatever the call left running ends with it.
      attempt.abort();
    },
  };
}

/** The module's own refusals pass; of anything else nothing is kept, since it may repeat what was sent. */
function own(name: string, thrown: unknown): IntegrationError {
  if (thrown instanceof IntegrationError && thrown.integration === name) return thrown;
  return new IntegrationError(name, "failed");
}

function outcomeOf(error: IntegrationError, record: AttemptRecord): CircuitOutcome {
  if (error.reason === "unavailable" || error.reason === "timeout") return "failed";
  return record.answered ? "answered" : "unknown";
}
