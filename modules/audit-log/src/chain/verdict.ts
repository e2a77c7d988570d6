/**
 * - `edited`: a value was changed, its hash was not;
 * - `missing`: no entry of this number, though later ones are there;
 * - `reordered`: the entry was written under another number;
 * - `truncated`: the log ends before a head that was signed;
 * - `recomputed`: the hashes were made to fit, yet they no longer lead to a head that was signed.
 */
export type ChainProblem = "edited" | "missing" | "reordered" | "truncated" | "recomputed";

/** The end of the log at a moment, from outside the database, its signature verified. */
export interface TrustedHead {
  readonly seq: bigint;
  /** 64 hex digits in lower case. */
  readonly hash: string;
}

export interface BadEntry {
  /** The first entry that is known to be bad. */
  readonly seq: bigint;
  readonly problem: ChainProblem;
  /** Up to this number a signed head proves the log. A rewriting began after it, at `seq` at the latest. */
  readonly vouchedUpTo: bigint;
}

export interface AuditLogVerdict {
  readonly intact: boolean;
  /** Number and hash of the last entry that was followed; null when there was none. */
  readonly last: TrustedHead | null;
  readonly firstBad: BadEntry | null;
}
