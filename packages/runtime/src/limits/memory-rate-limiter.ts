import type { LimitRule, LimitVerdict, RateLimiter } from "../host.ts";
import { RuntimeError } from "../runtime-error.ts";

export interface MemoryRateLimiterOptions {
  /** Milliseconds of a clock that never goes back, such as `performance.now`. */
  now(): number;
  /** Buckets held at once for names of their own. Past it newcomers share. */
  readonly maxBuckets?: number;
}

/** Expiry times in order, one for each point spent. */
interface Bucket {
  spent: number[];
}

// About 10 MB at ten points each: enough for one machine, and a bound under a flood of addresses.
const MAX_BUCKETS = 50_000;
/** Shared buckets of one rule: a flood has to keep each of them full to shut everybody out. */
const SHARES = 512;
/** Rules are constants of routes; more of them than this are not ours. */
const MAX_SHARED = SHARES * 64;
/** Milliseconds between two looks for buckets that ran out: each goes through all of them. */
const SWEEP_EVERY = 1_000;

/**
 * In memory, for one process: never more than `points` in any window of `seconds`, and exactly that many while there is
 * room for a bucket of each name. A flood of names finds no more room: whoever has a bucket keeps it, and names without
 * one share some, which may refuse them early and lets none of them spend more.
 */
export function memoryRateLimiter(options: MemoryRateLimiterOptions): RateLimiter {
  const own = new Map<string, Bucket>();
  const shared = new Map<string, Bucket>();
  const maxBuckets = options.maxBuckets ?? MAX_BUCKETS;
  let sweptAt = Number.NEGATIVE_INFINITY;

  const bucketOf = (name: string, rule: LimitRule, now: number): Bucket => {
    const found = own.get(name);
    if (found !== undefined) return found;
    const share = `${rule.points}/${rule.seconds}/${shareOf(name)}`;
    const common = shared.get(share);
    // While anything spent there counts, some of it may be this name's.
    if (common !== undefined && !isEmpty(common, now)) return common;
    if (own.size >= maxBuckets && now - sweptAt >= SWEEP_EVERY) {
      sweptAt = now;
      for (const buckets of [own, shared]) sweep(buckets, now);
    }
    if (own.size < maxBuckets) return put(own, name);
    if (shared.size >= MAX_SHARED) {
      throw new RuntimeError("limiter_full", "The rate limiter holds too many buckets.");
    }
    return common ?? put(shared, share);
  };

  return {
    async consume(name: string, cost: number, rule: LimitRule): Promise<LimitVerdict> {
      const now = options.now();
      const { spent } = bucketOf(name, rule, now);
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

function isEmpty({ spent }: Bucket, now: number): boolean {
  return (spent.at(-1) ?? 0) <= now;
}

function sweep(buckets: Map<string, Bucket>, now: number): void {
  for (const [name, bucket] of buckets) if (isEmpty(bucket, now)) buckets.delete(name);
}

function put(buckets: Map<string, Bucket>, name: string): Bucket {
  const bucket: Bucket = { spent: [] };
  buckets.set(name, bucket);
  return bucket;
}

/** FNV-1a (32 bits): spreads names evenly. Whoever aims at another's share gains no more than a refusal for both. */
function shareOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  return (hash >>> 0) % SHARES;
}
