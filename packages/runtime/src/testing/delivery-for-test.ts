import type { WebhookDelivery } from "../webhooks/delivery.ts";

/** A delivery that nobody signed, for routes that take webhooks. Without an id it is a new one. */
export function deliveryForTest(id: string | null, changes: Partial<WebhookDelivery> = {}): WebhookDelivery {
  const known = id ?? crypto.randomUUID();
  return {
    sender: "test",
    id: known,
    claims: [known],
    keepSeconds: 86_400,
    retries: true,
    eventType: null,
    account: null,
    sentAt: null,
    rawBody: () => new Uint8Array(0),
    ...changes,
  };
}
