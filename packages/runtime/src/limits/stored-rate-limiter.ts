import type { LimitRule, LimitVerdict, RateLimiter } from "../host.ts";
import { RuntimeError } from "../runtime-error.ts";

/** What is used of a limiter of rate-limiter-flexible. */
export interface StoredLimiter {
  /** Resolves while points are left, rejects with the same when none are, and with an Error when it cannot tell. */
  consume(key: string, points: number): Promise<StoredState>;
}

export interface StoredState {
  readonly remainingPoints: number;
  readonly msBeforeNext: number;
}

// Rules are constants of routes; more of them than this are not ours.
const MAX_RULES = 256;

/** Milliseconds a store has to answer. A request waits twice for it, and PostgreSQL or Redis near by needs one. */
export const STORE_DEADLINE_MS = 1_000;

/**
 * A limiter whose counts lie in a store that several processes share. What the store cannot say within the deadline
 * throws, so that the gate refuses with 503: a limit that is off while its store is away is no limit.
 */
export function storedRateLimiter(make: (rule: LimitRule) => StoredLimiter, deadlineMs: number): RateLimiter {
  const limiters = new Map<string, StoredLimiter>();
  const limiterOf = (name: string, rule: LimitRule): StoredLimiter => {
    const found = limiters.get(name);
    if (found !== undefined) return found;
    if (limiters.size >= MAX_RULES) throw new RuntimeError("limiter_full", "The rate limiter holds too many rules.");
    const made = make(rule);
    limiters.set(name, made);
    return made;
  };

  return {
    async consume(bucket: string, cost: number, rule: LimitRule): Promise<LimitVerdict> {
      const name = `${rule.points}/${rule.seconds}`;
      const limiter = limiterOf(name, rule);
      const key = `${name}/${await digest(bucket)}`;
      let state: unknown;
      try {
        state = await withDeadline(limiter.consume(key, cost), deadlineMs);
      } catch (refused) {
        if (isState(refused)) return verdict(false, refused, rule);
        throw refused;
      }
      // A store that answers with what is no count has not granted anything.
      if (!isState(state) || state.remainingPoints > rule.points - cost) {
        throw new Error("The store of the rate limits answered with what is no count.");
      }
      return verdict(true, state, rule);
    },
  };
}

function verdict(allowed: boolean, { remainingPoints, msBeforeNext }: StoredState, rule: LimitRule): LimitVerdict {
  return {
    allowed,
    // Below 0 there is no end in the store, which this package never writes.
    retryAfterSeconds: msBeforeNext < 0 ? rule.seconds : Math.min(msBeforeNext / 1000, rule.seconds),
    remaining: Math.max(0, remainingPoints),
    limit: rule.points,
  };
}

function isState(value: unknown): value is StoredState {
  return (
    typeof value === "object" &&
    value !== null &&
    !(value instanceof Error) &&
    "remainingPoints" in value &&
    Number.isFinite(value.remainingPoints) &&
    "msBeforeNext" in value &&
    Number.isFinite(value.msBeforeNext)
  );
}

/** Names hold routes and addresses of any length; a store's column and its logs are better off without. */
async function digest(bucket: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(bucket)));
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

async function withDeadline<Value>(answer: Promise<Value>, deadlineMs: number): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("The store of the rate limits did not answer in time.")), deadlineMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
