import type { Sql, VerifiedTenant } from "@meterr/runtime";

/** A verified webhook, as the host's code sees it. */
export interface InboxDelivery {
  /** The inbox's id, a UUID. */
  readonly id: string;
  readonly source: string;
  /** The sender's id. GitHub does not sign its own. */
  readonly deliveryId: string;
  /** As the sender names it; null where it does not. */
  readonly eventType: string | null;
  readonly account: string | null;
  readonly receivedAt: Date;
  /** Null where the sender signs no time. */
  readonly sentAt: Date | null;
  /** The body as it came. */
  readonly payload: string;
  /** The same, parsed. Validate it: the sender is who it says, and may still send what you do not expect. */
  readonly body: unknown;
  /** 1 on arrival, one more with each replay. */
  readonly attempt: number;
}

/** What the host's code works with. */
export interface InboxWork {
  /** The transaction of the receipt: what is written stands when the delivery does. Hold no outbound call in it. */
  readonly sql: Sql;
  readonly tenant: VerifiedTenant;
  /** Aborts when the time is over, after which `sql` refuses. */
  readonly signal: AbortSignal;
}

/**
 * The host's code for one delivery. Resolving keeps what it wrote. Throwing drops that and keeps the delivery as `failed`,
 * unless the error says that trying again may help (a Problem of 503): then nothing is kept and the sender hears 503.
 */
export type ProcessDelivery = (delivery: InboxDelivery, work: InboxWork) => Promise<void>;

/** A row as the API reads it. */
export interface DeliveryRow {
  id: string;
  source: string;
  delivery_id: string;
  event_type: string | null;
  account: string | null;
  sent_at: Date | null;
  received_at: Date;
  payload_bytes: number;
  status: "processed" | "failed";
  failure: "error" | "timeout" | null;
  attempts: number;
  attempted_at: Date;
  expires_at: Date;
}

export const DELIVERY_COLUMNS = `id, source, delivery_id, event_type, account, sent_at, received_at,
  octet_length(payload) as payload_bytes, status, failure, attempts, attempted_at, expires_at`;

/** What the API answers. */
export function presentDelivery(row: DeliveryRow): Record<string, unknown> {
  return {
    id: row.id,
    source: row.source,
    delivery_id: row.delivery_id,
    event_type: row.event_type,
    account: row.account,
    sent_at: row.sent_at?.toISOString() ?? null,
    received_at: row.received_at.toISOString(),
    payload_bytes: row.payload_bytes,
    status: row.status,
    failure: row.failure,
    attempts: row.attempts,
    attempted_at: row.attempted_at.toISOString(),
    expires_at: row.expires_at.toISOString(),
  };
}
