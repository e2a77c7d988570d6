/** An attempt's verdict: let through, or not before so many seconds. */
export type AttemptVerdict =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly retryAfterSeconds: number };

/** How many attempts in a row pass freely before waiting starts, at least two. */
export interface AttemptRule {
  readonly free: number;
}

/**
 * Counts attempts. From the `free`-th on, each attempt let through is followed by a wait, which doubles from one
 * second to `LONGEST_WAIT_SECONDS`. An attempt is counted before its outcome is known, so that attempts sent
 * together cannot all pass. Rejecting means "cannot tell", which refuses the attempt.
 */
export interface SignInLimits {
  attempt(bucket: string, rule: AttemptRule): Promise<AttemptVerdict>;
  /** After a success: starts the bucket again. */
  clear(bucket: string): Promise<void>;
  /** After a success from an address many people share: takes back the one attempt. */
  forgive(bucket: string): Promise<void>;
  /** Removes what is forgotten anyway. */
  purge(): Promise<void>;
}

/** Per account: people mistype; nobody mistypes eight times. */
export const ACCOUNT_RULE: AttemptRule = { free: 8 };
/** Per address (an IPv6 /64 counts as one): an office behind one address signs in together in the morning. */
export const ADDRESS_RULE: AttemptRule = { free: 30 };
/** Seconds. Short enough that an owner whom somebody else locks out gets in again, long enough for ~100 guesses a day. */
export const LONGEST_WAIT_SECONDS = 15 * 60;
/** Seconds without an attempt after which a bucket starts again. */
export const FORGET_AFTER_SECONDS = 60 * 60;
