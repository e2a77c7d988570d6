import type { LimitRecord } from "./gates/limit-rate.ts";
import type { WebhookDelivery } from "./webhooks/delivery.ts";

/** How far a request got, for what is said of it whether it was answered or refused. */
export interface Progress {
  readonly limits: LimitRecord[];
  /** Once its signature held. */
  delivery: WebhookDelivery | null;
  tenantId: string | null;
}
