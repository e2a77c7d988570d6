import { exactUsd, type PriceTable, type PriceTableJson } from "@meterr/metering";

/**
 * The API's names, in US dollars per million tokens, and the buckets they price. A bucket without a price of its own is
 * charged as the one it falls back to: reading from the cache as input, reasoning as output, and so on.
 */
export const PRICE_FIELDS = {
  input_usd_per_million: "input",
  output_usd_per_million: "output",
  cache_read_usd_per_million: "cache_read",
  cache_write_5m_usd_per_million: "cache_write_5m",
  cache_write_1h_usd_per_million: "cache_write_1h",
  reasoning_usd_per_million: "reasoning",
  audio_in_usd_per_million: "audio_in",
  audio_out_usd_per_million: "audio_out",
  image_in_usd_per_million: "image_in",
} as const;

export type PriceField = keyof typeof PRICE_FIELDS;
export type PriceInput = Readonly<Partial<Record<PriceField, bigint | undefined>>>;

/** What is stored: bucket names to nano-dollars per million, as strings of digits. */
export function toStoredPrices(input: PriceInput): PriceTableJson {
  const stored: PriceTableJson = {};
  for (const [field, bucket] of Object.entries(PRICE_FIELDS)) {
    const rate = input[field as PriceField];
    if (rate !== undefined) stored[bucket] = rate.toString();
  }
  return stored;
}

/** What the API answers: dollars as exact decimal strings. A rate with tiers shows its lowest tier here. */
export function presentPrices(table: PriceTable): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const [field, bucket] of Object.entries(PRICE_FIELDS)) {
    const rate = table[bucket];
    if (rate !== undefined) shown[field] = exactUsd(rate.base);
  }
  return shown;
}
