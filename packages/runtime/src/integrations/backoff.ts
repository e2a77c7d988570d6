export interface BackoffRule {
  /** The longest first delay; it doubles with every attempt. */
  readonly baseMs: number;
  /** No delay is longer. */
  readonly maxMs: number;
}

/**
 * Milliseconds before the attempt after `attempt` (1 for the first): anywhere between none and the doubled delay, so
 * that many callers who failed together do not come back together. `random` gives 0 to below 1.
 */
export function backoff(attempt: number, rule: BackoffRule, random: () => number): number {
  const ceiling = Math.min(rule.maxMs, rule.baseMs * 2 ** Math.min(attempt - 1, 30));
  const fraction = random();
  return Math.round(ceiling * (fraction >= 0 && fraction <= 1 ? fraction : 1));
}
