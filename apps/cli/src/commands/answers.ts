import { z } from "zod";

/** One page of a list. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), next_cursor: z.string().nullish() });

export const setupAnswer = z.object({
  organisation: z.object({ id: z.string(), name: z.string() }),
  member: z.object({ id: z.string() }),
  api_token: z.string().min(1),
});

export const providerSecret = z.object({
  id: z.string(),
  provider: z.string(),
  name: z.string(),
  hint: z.string().nullish(),
  status: z.string(),
  simulated: z.boolean().nullish(),
  destination: z.string().nullish(),
  created_at: z.string().nullish(),
  revoked_at: z.string().nullish(),
});
export type ProviderSecret = z.output<typeof providerSecret>;

const provided = z.union([z.string(), z.object({ provider: z.string() })]);

export const virtualKey = z.object({
  id: z.string(),
  name: z.string(),
  mode: z.string(),
  display: z.string(),
  limit_usd: z.string().nullish(),
  spent_usd: z.string().nullish(),
  providers: z.array(provided).nullish(),
  status: z.string().nullish(),
  created_at: z.string().nullish(),
  expires_at: z.string().nullish(),
  revoked_at: z.string().nullish(),
});
export type VirtualKey = z.output<typeof virtualKey>;
export const mintedVirtualKey = virtualKey.extend({ key: z.string().min(1) });

export function providerNames(key: VirtualKey): string {
  return (key.providers ?? []).map((entry) => (typeof entry === "string" ? entry : entry.provider)).join(", ");
}

const count = z.union([z.number(), z.string()]).nullish();

export const usageEvent = z.object({
  id: z.string(),
  occurred_at: z.string(),
  provider: z.string().nullish(),
  model_requested: z.string().nullish(),
  model_served: z.string().nullish(),
  outcome: z.string().nullish(),
  usage_source: z.string().nullish(),
  simulated: z.boolean().nullish(),
  input: count,
  cache_read: count,
  cache_write_5m: count,
  cache_write_1h: count,
  output: count,
  reasoning: count,
  buckets: z.record(z.string(), z.union([z.number(), z.string(), z.null()])).nullish(),
  cost_nanousd: z.union([z.string(), z.number().int()]).nullish(),
});
export type UsageEvent = z.output<typeof usageEvent>;

/** Summaries differ by what they are grouped by: rows are shown as they come. */
export const usageSummary = z.looseObject({ items: z.array(z.record(z.string(), z.unknown())) });
