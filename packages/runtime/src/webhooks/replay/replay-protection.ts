import { RuntimeError } from "../../runtime-error.ts";

/** A delivery is claimed in the transaction of its effect, before the handler; one seen before reaches no handler. */
export interface ClaimOnce {
  readonly kind: "claim";
  /** Seconds. The longer of this and the sender's own counts. */
  readonly keepSeconds: number;
}

/** The only opt-out of replay protection. */
export interface ReplayHarmless {
  readonly kind: "harmless";
  readonly reason: string;
}

export type ReplayProtection = ClaimOnce | ReplayHarmless;

/** What `routeKey` asks for beside its other options when the route takes webhooks. */
export type ReplayOf<Auth> = Auth extends { readonly kind: "webhook" }
  ? { readonly replay: ReplayProtection }
  : unknown;

const MAX_KEEP_SECONDS = 10 * 365 * 86_400;

/**
 * Each delivery has its effect once: its ids are inserted into `webhook_claims` in the handler's own transaction, so a
 * failure leaves them free for the sender's next attempt.
 * Throws RuntimeError `webhook_invalid` unless `keepSeconds` is whole and not negative.
 */
export function claimOnce(options: { readonly keepSeconds?: number } = {}): ClaimOnce {
  const keepSeconds = options.keepSeconds ?? 0;
  if (!Number.isInteger(keepSeconds) || keepSeconds < 0 || keepSeconds > MAX_KEEP_SECONDS) {
    throw new RuntimeError("webhook_invalid", "claimOnce keeps claims for whole seconds, at most ten years.");
  }
  return Object.freeze({ kind: "claim", keepSeconds });
}

/** Says that a second delivery changes nothing, and why. Throws RuntimeError `webhook_invalid` on an empty reason. */
export function replayHarmless(reason: string): ReplayHarmless {
  if (reason.trim() === "") throw new RuntimeError("webhook_invalid", "replayHarmless needs a reason.");
  return Object.freeze({ kind: "harmless", reason });
}
