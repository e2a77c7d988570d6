import { z } from "zod";

/** One page of a list. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), next_cursor: z.string().nullish() });

export const setupAnswer = z.object({
  organisation: z.object({ id: z.string(), name: z.string() }),
  member: z.object({ id: z.string() }),
  api_token: z.string().min(1),
});

export const member = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role: z.string(),
  status: z.string(),
  created_at: z.string().nullish(),
  expires_at: z.string().nullish(),
});
export type Member = z.output<typeof member>;

export const invited = member.extend({ invitation_token: z.string().min(1) });

export const modelPrice = z.object({
  provider: z.string(),
  model: z.string(),
  prices: z.record(z.string(), z.string()),
  created_at: z.string().nullish(),
});
export type ModelPrice = z.output<typeof modelPrice>;

export const budget = z.object({
  scope: z.string(),
  member_id: z.string().nullish(),
  limit_nanousd: z.string(),
  spent_nanousd: z.string(),
  reserved_nanousd: z.string(),
});
export type Budget = z.output<typeof budget>;

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

/** Token buckets of one call; they are disjoint, so they may be added up. */
const buckets = z.object({
  input: z.number().optional(),
  cache_read: z.number().optional(),
  cache_write_5m: z.number().optional(),
  cache_write_1h: z.number().optional(),
  output: z.number().optional(),
  reasoning: z.number().optional(),
});

export const usageEvent = z.object({
  id: z.string(),
  occurred_at: z.string(),
  provider: z.string(),
  model_requested: z.string(),
  model_served: z.string().nullish(),
  outcome: z.string(),
  usage_source: z.string(),
  simulated: z.boolean(),
  usage: buckets,
  cost_nanousd: z.string(),
});
export type UsageEvent = z.output<typeof usageEvent>;

const sums = z.object({
  requests: z.number(),
  failed: z.number(),
  input_tokens: z.number(),
  cached_tokens: z.number(),
  output_tokens: z.number(),
  cost_nanousd: z.string(),
});

export const usageSummary = z.object({
  total: sums.nullable(),
  groups: z.array(sums.extend({ id: z.string().nullable(), name: z.string() })),
});
export type SummaryRow = Omit<z.output<typeof usageSummary>["groups"][number], "id">;
