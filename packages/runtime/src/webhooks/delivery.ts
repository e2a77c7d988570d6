/** One verified webhook, as its authenticator found it. Nothing in it is taken from what the signature does not cover, unless it says so. */
export interface WebhookDelivery {
  /** Who sends: `stripe`, `github`, or the name given to the authenticator. */
  readonly sender: string;
  /** What a person looks the delivery up by at the sender. GitHub does not sign its own. */
  readonly id: string;
  /** Each must be new, or the delivery is a replay. At least one is covered by the signature. */
  readonly claims: readonly string[];
  /** Seconds the claims must be kept: at least as long as the sender may send the delivery again. */
  readonly keepSeconds: number;
  /** True when the sender repeats until it hears 2xx, so that a replay is answered 200; false answers 409. */
  readonly retries: boolean;
  /** What kind of event, where the sender says. GitHub does not sign it. */
  readonly eventType: string | null;
  /** The account at the sender that was looked up for the tenant. */
  readonly account: string | null;
  /** When this attempt was signed; null where the sender signs no time. */
  readonly sentAt: Date | null;
  /** The signed bytes as they came: for keeping, not for deciding, which is the validated body's part. */
  readonly rawBody: () => Uint8Array;
}
