/** What the signer outside the database says of an organisation's log. */
export interface SignedHead {
  /** The last head it signed, in whatever form it signs; null when it has not signed any. */
  readonly signed: string | null;
  /** Why it did not sign the log as it stands now: it does not extend the last head. */
  readonly refused?: { readonly problem: string; readonly seq: string } | null;
}

/**
 * Has the head of an organisation's log signed where PostgreSQL cannot reach, if it extends the last one signed there.
 * Answers the last head either way; null when there is nothing to sign. Rejects when the signer does not answer.
 */
export type SignHead = (orgId: string) => Promise<SignedHead | null>;

/** Reads a head after verifying that the signer signed it for this organisation. Rejects otherwise. */
export type VerifyHead = (
  orgId: string,
  signed: string,
) => Promise<{ readonly seq: bigint; readonly hash: string; readonly time: Date }>;
