export { memoryRateLimiter } from "./memory-rate-limiter.ts";
export type { MemoryRateLimiterOptions } from "./memory-rate-limiter.ts";
export { postgresRateLimiter, rateLimitTable } from "./postgres-rate-limiter.ts";
export type {
  LimitsPool,
  PostgresRateLimiter,
  PostgresRateLimiterOptions,
  RateLimitTableOptions,
} from "./postgres-rate-limiter.ts";
export { redisRateLimiter } from "./redis-rate-limiter.ts";
export type { LimitsRedis, RedisRateLimiterOptions } from "./redis-rate-limiter.ts";
