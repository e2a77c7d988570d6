import { RuntimeError } from "../../runtime-error.ts";

/** Seconds a delivery may be old, and seconds its time may lie ahead of ours: what Stripe and Standard Webhooks use. */
export const DEFAULT_TOLERANCE_SECONDS = 300;

// A captured delivery is as good as new for so long, should its claim be lost.
const MAX_TOLERANCE_SECONDS = 3600;

// Whole seconds since 1970, in the one form that has no second spelling. `parseInt` would take 123abc for 123.
const SECONDS = /^[1-9]\d{0,10}$/;

/** Throws RuntimeError `webhook_invalid` on 0, which some libraries take for "any age", and on more than an hour. */
export function checkTolerance(name: string, seconds: number = DEFAULT_TOLERANCE_SECONDS): number {
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > MAX_TOLERANCE_SECONDS) {
    throw new RuntimeError("webhook_invalid", `${name}: toleranceSeconds must be 1 to ${MAX_TOLERANCE_SECONDS}.`);
  }
  return seconds;
}

/** The signed time, or null when it is malformed, too old or too far ahead. */
export function signedTime(text: string, now: Date, toleranceSeconds: number): Date | null {
  if (!SECONDS.test(text)) return null;
  const sentAt = new Date(Number(text) * 1000);
  return Math.abs(now.getTime() - sentAt.getTime()) <= toleranceSeconds * 1000 ? sentAt : null;
}
