/** Whether a sender repeats by itself until it hears 2xx, and how long its deliveries may come again. */
export interface Retention {
  readonly retries: boolean;
  /** Seconds. */
  readonly keepSeconds: number;
}

const DAY = 86_400;

/**
 * Retried for up to three days; the dashboard sends an event again for 15 days, the command line for 30.
 * https://docs.stripe.com/webhooks#retries and https://docs.stripe.com/webhooks/process-undelivered-events
 */
export const STRIPE_RETENTION: Retention = { retries: true, keepSeconds: 31 * DAY };

/**
 * Never retried; a person or a script can send a delivery again for three days. No time is signed, so a captured
 * delivery stays good: a year of claims costs 100 bytes each.
 * https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries
 */
export const GITHUB_RETENTION: Retention = { retries: false, keepSeconds: 365 * DAY };

/**
 * The example schedule ends after 75 hours 35 minutes and 5 seconds; twice that, for schedules "spanning multiple days".
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#deliverability-and-reliability
 */
export const STANDARD_RETENTION: Retention = { retries: true, keepSeconds: 7 * DAY };

/** An unknown sender that signs a time: longer than any schedule known to us. */
export const GENERIC_RETENTION: Retention = { retries: true, keepSeconds: 31 * DAY };

/** An unknown sender that signs no time: as GitHub. */
export const GENERIC_UNTIMED_RETENTION: Retention = { retries: true, keepSeconds: 365 * DAY };
