import { costOf, type Priced } from "@meterr/metering";
import type { Settlement } from "@meterr/ledger";
import type { UpstreamOutcome } from "./upstream-call.ts";
import type { UsageReader } from "./usage-reader.ts";

export interface SettledCall {
  readonly id: string;
  readonly price: Priced | null;
  /** Costs nothing at the provider. */
  readonly free: boolean;
  readonly durationMs: number;
}

/**
 * The terminal row of a call, from what is known of it:
 * - not a byte went out: released, nothing charged;
 * - the provider answered with an error: settled, nothing charged (providers do not bill errors);
 * - a usage block as the last word: settled at its price;
 * - a usage block that more could follow (a broken stream): settled at the reservation, marked partial;
 * - anything else: settled at the reservation, marked estimated.
 */
export function settlementOf(call: SettledCall, outcome: UpstreamOutcome, reader: UsageReader): Settlement {
  const common = {
    id: call.id,
    upstream_request_id: outcome.upstreamRequestId,
    status: outcome.status,
    ttfb_ms: outcome.ttfbMs,
    duration_ms: call.durationMs,
    price_version: call.price?.version ?? null,
  };
  const nothing = { ...common, usage_source: "none", cost_nanousd: "0" } as const;
  if (!outcome.dispatched) return { ...nothing, outcome: "released" };
  if (outcome.status !== null && outcome.status >= 300) return { ...nothing, outcome: "settled" };
  if (call.free || call.price === null) return { ...nothing, outcome: "settled" };

  const read = reader.usage();
  const buckets = read?.extraction.buckets ?? null;
  if (read === null || buckets === null) {
    return { ...common, outcome: "settled", usage_source: "estimated", cost_nanousd: null };
  }
  const { extraction } = read;
  return {
    ...common,
    ...buckets,
    outcome: "settled",
    usage_source: read.final ? "provider" : "partial",
    model_served: extraction.modelServed,
    upstream_request_id: outcome.upstreamRequestId ?? extraction.upstreamId,
    raw_usage: extraction.rawUsage,
    cost_nanousd: read.final ? costOf(buckets, call.price.table, extraction.surcharge).toString() : null,
  };
}
