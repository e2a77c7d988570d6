/** What a sender of Standard Webhooks signs, `<id>.<time>.<body>`, and how. */
export interface SignedText {
  readonly id: string;
  /** As it was sent. */
  readonly time: string;
  readonly sentAt: Date;
  readonly text: string;
  /** Each with its version in front; other versions are for other schemes. */
  readonly signatures: readonly string[];
}

/**
 * Reads what signatures are verified with, at each delivery, and then says whether one of them is right.
 * Rejecting, in either step, means "cannot tell".
 */
export type Scheme = () => Promise<(signed: SignedText) => Promise<boolean>>;
