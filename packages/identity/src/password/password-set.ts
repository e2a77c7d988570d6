/** A password was set by somebody who proved it may be: with the current one, or by a one-time link. */
export interface PasswordSet {
  readonly how: "changed" | "link";
  readonly userId: string;
  readonly email: string;
  readonly requestId: string;
  /** The client's. */
  readonly address: string;
}
