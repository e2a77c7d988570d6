import { exactUsd } from "@meterr/metering";

/** A row of events as the API reads it; bigint columns arrive as strings. */
export interface EventRow {
  id: string;
  occurred_at: Date;
  occurred_micros: string;
  settled_at: Date;
  source: string;
  usage_source: string;
  outcome: string;
  simulated: boolean;
  provider: string;
  endpoint: string;
  model_requested: string;
  model_served: string | null;
  virtual_key_id: string | null;
  provider_secret_id: string | null;
  member_id: string | null;
  team_id: string | null;
  request_id: string;
  upstream_request_id: string | null;
  status: number | null;
  stream: boolean;
  ttfb_ms: number | null;
  duration_ms: number | null;
  input: string;
  cache_read: string;
  cache_write_5m: string;
  cache_write_1h: string;
  output: string;
  reasoning: string;
  audio_in: string;
  audio_out: string;
  image_in: string;
  extra_units: Record<string, number>;
  price_version: string | null;
  cost_nanousd: string;
}

export const EVENT_COLUMNS = `id, occurred_at, (extract(epoch from occurred_at) * 1000000)::bigint::text as occurred_micros,
  settled_at, source, usage_source, outcome, simulated, provider, endpoint, model_requested, model_served,
  virtual_key_id, provider_secret_id, member_id, team_id, request_id, upstream_request_id, status, stream, ttfb_ms, duration_ms,
  input, cache_read, cache_write_5m, cache_write_1h, output, reasoning, audio_in, audio_out, image_in, extra_units,
  price_version, cost_nanousd`;

const BUCKETS = [
  "input",
  "cache_read",
  "cache_write_5m",
  "cache_write_1h",
  "output",
  "reasoning",
  "audio_in",
  "audio_out",
  "image_in",
] as const;

/** What the API answers: token counts as numbers, money as whole nano-dollars and exact US dollars, both strings. */
export function presentEvent(row: EventRow): Record<string, unknown> {
  const usage: Record<string, number> = {};
  for (const bucket of BUCKETS) usage[bucket] = Number(row[bucket]);
  return {
    id: row.id,
    occurred_at: row.occurred_at.toISOString(),
    settled_at: row.settled_at.toISOString(),
    source: row.source,
    usage_source: row.usage_source,
    outcome: row.outcome,
    simulated: row.simulated,
    provider: row.provider,
    endpoint: row.endpoint,
    model_requested: row.model_requested,
    model_served: row.model_served,
    virtual_key_id: row.virtual_key_id,
    provider_secret_id: row.provider_secret_id,
    member_id: row.member_id,
    team_id: row.team_id,
    request_id: row.request_id,
    upstream_request_id: row.upstream_request_id,
    status: row.status,
    stream: row.stream,
    ttfb_ms: row.ttfb_ms,
    duration_ms: row.duration_ms,
    usage,
    extra_units: row.extra_units,
    price_version: row.price_version,
    cost_nanousd: row.cost_nanousd,
    cost_usd: exactUsd(BigInt(row.cost_nanousd)),
  };
}
