import { setTimeout as delay } from "node:timers/promises";
import type { OrganisationFixture } from "@meterr/database/testing";

/** A row of events; bigint columns as strings. */
export interface EventRow {
  readonly id: string;
  readonly outcome: string;
  readonly usage_source: string;
  readonly status: number | null;
  readonly stream: boolean;
  readonly input: string;
  readonly output: string;
  readonly cost_nanousd: string;
  readonly endpoint: string;
  readonly model_requested: string;
  readonly price_version: string | null;
  readonly raw_usage: unknown;
  readonly extra_units: Record<string, string>;
  readonly cache_read: string;
  readonly cache_write_5m: string;
  readonly cache_write_1h: string;
  readonly reasoning: string;
  readonly audio_in: string;
  readonly audio_out: string;
  readonly image_in: string;
  readonly upstream_request_id: string | null;
  readonly model_served: string | null;
}

/** The terminal row of a call, once it is written. Throws when it does not come. */
export async function eventOf(org: OrganisationFixture, requestId: string | null): Promise<EventRow> {
  const until = performance.now() + 60_000;
  for (;;) {
    const found = await org.arrange((sql) =>
      sql.query<EventRow>("select * from events where org_id = $1 and id::text = $2", [org.orgId, requestId]),
    );
    const [row] = found.rows;
    if (row !== undefined) return row;
    if (performance.now() > until) throw new Error("the call has no terminal row");
    await delay(20);
  }
}
