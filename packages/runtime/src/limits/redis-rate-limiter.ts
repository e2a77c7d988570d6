import type { RateLimiter } from "../host.ts";
import { loadFlexible } from "./load-flexible.ts";
import { STORE_DEADLINE_MS, storedRateLimiter } from "./stored-rate-limiter.ts";

/** A connected client of `redis` (node-redis 4 and later) or of `ioredis`; Valkey answers them as Redis does. */
export interface LimitsRedis {
  eval(...call: never[]): Promise<unknown>;
}

export interface RedisRateLimiterOptions {
  readonly client: LimitsRedis;
  /** What every name in Redis begins with. Default `rate_limits`. */
  readonly prefix?: string;
  /** Milliseconds a command has. Default 1000. */
  readonly deadlineMs?: number;
}

/**
 * Counts in Redis, shared by every process: at most `points` from a bucket's first request until `seconds` later, when
 * it starts anew. (Two such windows may meet: up to twice the points within `seconds` around where they do.) A refused
 * bucket is refused from memory, and while the connection is down everything is refused at once, not queued.
 * Rejects with RuntimeError `peer_missing` without the package rate-limiter-flexible.
 */
export async function redisRateLimiter(options: RedisRateLimiterOptions): Promise<RateLimiter> {
  const { client, prefix = "rate_limits" } = options;
  const { RateLimiterRedis } = await loadFlexible("redisRateLimiter");
  // Only ioredis can be taught commands; the two are called differently.
  const isIoredis = "defineCommand" in client && typeof client.defineCommand === "function";
  return storedRateLimiter(
    (rule) =>
      new RateLimiterRedis({
        storeClient: client,
        keyPrefix: prefix,
        points: rule.points,
        duration: rule.seconds,
        inMemoryBlockOnConsumed: rule.points,
        rejectIfRedisNotReady: true,
        useRedisPackage: !isIoredis,
      }),
    options.deadlineMs ?? STORE_DEADLINE_MS,
  );
}
