import type { LimitRule, LimitVerdict, RateLimiter } from "../host.ts";
import { RuntimeError } from "../runtime-error.ts";

export interface MemoryRateLimiterOptions {
  /** Milliseconds of a clock that never goes back, such as `performance.now`. */
  now(): number;
  /** Buckets held at once. Past it the limiter says that it cannot tell, which refuses. */
  readonly maxBuckets?: number;
}

/** Expiry times in order, one for each point spent. */
interface Bucket {
  spent: number[];
}

// About 10 MB at ten points each: enough for one machine, and a bound under a flood of addresses.
const MAX_BUCKETS = 50_000;

/** Exact and in memory, for one process: never more than `points` in any window of `seconds`. */
export function memoryRateLimiter(options: MemoryRateLimiterOptions): RateLimiter {
  const buckets = new Map<string, Bucket>();
  const maxBuckets = options.maxBuckets ?? MAX_BUCKETS;
  return {
    async consume(name: string, cost: number, rule: LimitRule): Promise<LimitVerdict> {
      const now = options.now();
      const bucket = buckets.get(name) ?? open(buckets, name, maxBuckets, now);
      const { spent } = bucket;
      let expired = 0;
      while (expired < spent.length && (spent[expired] ?? 0) <= now) expired++;
      if (expired > 0) spent.splice(0, expired);
      const allowed = spent.length + cost <= rule.points;
      if (allowed) for (let point = 0; point < cost; point++) spent.push(now + rule.seconds * 1000);
      // Refused: when enough points expire for this cost. Allowed: when all of them have.
      const until = allowed ? spent.at(-1) : spent[Math.min(spent.length, spent.length + cost - rule.points) - 1];
      return {
        allowed,
        retryAfterSeconds: until === undefined ? rule.seconds : Math.max(0, (until - now) / 1000),
        remaining: Math.max(0, rule.points - spent.length),
        limit: rule.points,
      };
    },
  };
}

function open(buckets: Map<string, Bucket>, name: string, maxBuckets: number, now: number): Bucket {
  if (buckets.size >= maxBuckets) {
    for (const [other, { spent }] of buckets) if ((spent.at(-1) ?? 0) <= now) buckets.delete(other);
    if (buckets.size >= maxBuckets) throw new RuntimeError("limiter_full", "The rate limiter holds too many buckets.");
  }
  const bucket: Bucket = { spent: [] };
  buckets.set(name, bucket);
  return bucket;
}
