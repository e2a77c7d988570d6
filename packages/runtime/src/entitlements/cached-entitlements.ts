import { systemClock, type Clock } from "../clock/clock.ts";
import { RuntimeError } from "../runtime-error.ts";
import type { EntitlementCheck } from "./entitlement.ts";

export interface CachedEntitlementsOptions {
  readonly check: EntitlementCheck;
  /** How long an answer is good at most: what an event that never arrives, or reaches another process, can cost. */
  readonly seconds: number;
  readonly clock?: Clock;
  /** Answers held at once. Default 10,000, about 2 MB. */
  readonly maxAnswers?: number;
}

export interface CachedEntitlements {
  /** Fits `requireEntitlement`. */
  readonly check: EntitlementCheck;
  /** Forgets everything about a tenant, answers under way included: called when an event says that something changed. */
  invalidate(tenantId: string): void;
}

/** A cached grant outlives a cancellation, so it may not be long. */
const MAX_SECONDS = 300;
const MAX_ANSWERS = 10_000;
const SEPARATOR = "\n";

interface Answer {
  readonly entitled: boolean;
  /** On the monotonic clock. */
  readonly until: number;
}

/**
 * Keeps `true` and `false` for a short while, in this process. A failure is never kept, nor is an answer that was under
 * way when its tenant was invalidated: it may tell of before.
 * Throws RuntimeError `entitlement_invalid` unless `seconds` is 1 to 300.
 */
export function cachedEntitlements(options: CachedEntitlementsOptions): CachedEntitlements {
  const clock = options.clock ?? systemClock();
  const maxAnswers = options.maxAnswers ?? MAX_ANSWERS;
  if (!(options.seconds >= 1 && options.seconds <= MAX_SECONDS)) {
    throw new RuntimeError("entitlement_invalid", `A cache keeps entitlements for 1 to ${MAX_SECONDS} seconds.`);
  }
  const tenants = new Map<string, Map<string, Answer>>();
  let held = 0;

  const forget = (tenantId: string): void => {
    held -= tenants.get(tenantId)?.size ?? 0;
    tenants.delete(tenantId);
  };
  return {
    async check(question) {
      const { feature } = question;
      const { id, subject } = question.tenant;
      const name = [subject ?? "", feature].join(SEPARATOR);
      const known = tenants.get(id)?.get(name);
      // Written so that a clock that gives no number keeps nothing.
      if (known !== undefined && clock.elapsed() < known.until) return known.entitled;
      if (known !== undefined) {
        tenants.get(id)?.delete(name);
        held -= 1;
      }
      if (held >= maxAnswers || tenants.size >= maxAnswers) {
        tenants.clear();
        held = 0;
      }
      // The map itself is the tenant's generation: invalidating replaces it.
      const mine = tenants.get(id) ?? new Map<string, Answer>();
      tenants.set(id, mine);
      const until = clock.elapsed() + options.seconds * 1000;
      const entitled: unknown = await options.check(question);
      if (typeof entitled !== "boolean") throw new TypeError("An entitlement check answered neither yes nor no.");
      if (tenants.get(id) === mine) {
        if (!mine.has(name)) held += 1;
        mine.set(name, { entitled, until });
      }
      return entitled;
    },
    invalidate: forget,
  };
}
