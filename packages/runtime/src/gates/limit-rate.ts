import type { LimitRule, LimitVerdict, RateLimiter } from "../host.ts";
import { Problem } from "../problem.ts";

export interface LimitRecord {
  readonly name: "address" | "tenant";
  readonly rule: LimitRule;
  readonly verdict: LimitVerdict;
}

/** A limit gate. Throws Problem `rate_limited`, or `limiter_unavailable` when the limiter cannot tell. */
export async function limitRate(
  limiter: RateLimiter,
  name: LimitRecord["name"],
  bucket: string,
  rule: LimitRule,
  records: LimitRecord[],
): Promise<void> {
  let verdict: LimitVerdict;
  try {
    verdict = await limiter.consume(bucket, 1, rule);
    if (typeof verdict.allowed !== "boolean") throw new TypeError("A limiter answered without a verdict.");
  } catch (cause) {
    throw new Problem("limiter_unavailable", { cause });
  }
  records.push({ name, rule, verdict });
  if (!verdict.allowed) {
    const seconds = Math.max(1, Math.ceil(verdict.retryAfterSeconds));
    throw new Problem("rate_limited", {
      headers: { "retry-after": String(Number.isFinite(seconds) ? seconds : rule.seconds) },
    });
  }
}

/** `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10 §3, §4), one item for each limit met. */
export function rateLimitHeaders(records: readonly LimitRecord[]): Record<string, string> {
  if (records.length === 0) return {};
  let policy = "";
  let state = "";
  for (const { name, rule, verdict } of records) {
    const comma = policy === "" ? "" : ", ";
    const reset = Math.ceil(verdict.retryAfterSeconds);
    policy += `${comma}"${name}";q=${rule.points};w=${rule.seconds}`;
    state += `${comma}"${name}";r=${Math.max(0, Math.floor(verdict.remaining))}${reset > 0 ? `;t=${reset}` : ""}`;
  }
  return { "ratelimit-policy": policy, ratelimit: state };
}
