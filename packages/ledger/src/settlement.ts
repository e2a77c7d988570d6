import type { Buckets } from "@meterr/metering";

export type UsageSource = "provider" | "partial" | "estimated" | "none";

/**
 * The end of an admitted call, in the event's own field names. Absent buckets are zero.
 *
 *   admitted → settled   the provider's charge is known, or charged at the reservation with usage_source saying why
 *            → released  nothing reached the provider: costs nothing
 *            → expired   its end cannot be known: charged at the reservation
 */
export interface Settlement extends Partial<Buckets> {
  /** The admission's. */
  id: string;
  outcome: "settled" | "released" | "expired";
  usage_source: UsageSource;
  /** Digits of whole nano-dollars; null or absent: at the reservation. */
  cost_nanousd?: string | null;
  model_served?: string | null;
  upstream_request_id?: string | null;
  status?: number | null;
  ttfb_ms?: number | null;
  duration_ms?: number | null;
  /** Absent: the admission's. */
  price_version?: string | null;
  /** The provider's usage block alone, never a prompt or a completion. */
  raw_usage?: unknown;
}

/** written: this made the terminal row; already: there was one; unknown: never admitted, or not yet. */
export interface SettleResult {
  id: string;
  result: "written" | "already" | "unknown";
}

/** A call that was turned away, for the person who wonders why. */
export interface RefusalRow {
  org: string;
  id: string;
  occurredAt: Date;
  virtualKey: string;
  member: string;
  simulated: boolean;
  provider: string;
  endpoint: string;
  model: string | null;
  /** DESIGN section 9: key_revoked, budget_exceeded, … */
  code: string;
  status: number;
  requestId: string;
}
