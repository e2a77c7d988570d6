import type { ModelPrice } from "@pydantic/genai-prices";
import { scaledDecimal } from "./decimal.ts";
import type { PriceTable, Rate } from "./price-table.ts";

/** The catalogue's price names and ours, with the power of ten from dollars per unit to nano-dollars per million. */
const NAMES: Readonly<Record<string, { name: string; scale: number }>> = {
  input_mtok: { name: "input", scale: 9 },
  output_mtok: { name: "output", scale: 9 },
  cache_read_mtok: { name: "cache_read", scale: 9 },
  cache_write_mtok: { name: "cache_write_5m", scale: 9 },
  cache_write_1h_mtok: { name: "cache_write_1h", scale: 9 },
  output_reasoning_mtok: { name: "reasoning", scale: 9 },
  input_audio_mtok: { name: "audio_in", scale: 9 },
  output_audio_mtok: { name: "audio_out", scale: 9 },
  cache_audio_read_mtok: { name: "cache_read_audio", scale: 9 },
  input_image_mtok: { name: "image_in", scale: 9 },
  output_image_mtok: { name: "image_out", scale: 9 },
  cache_image_read_mtok: { name: "cache_read_image", scale: 9 },
  input_video_mtok: { name: "video_in", scale: 9 },
  output_video_mtok: { name: "video_out", scale: 9 },
  web_searches_kcount: { name: "web_searches", scale: 12 },
  storage_searches_kcount: { name: "storage_searches", scale: 12 },
  requests_kcount: { name: "requests", scale: 12 },
};

/** Prices by the hour of audio: of endpoints that are not metered here. A model with nothing else stays unpriced. */
const NOT_OF_TOKENS: ReadonlySet<string> = new Set(["audio_hours", "input_audio_hours"]);

// The shortest decimal that reads back as the same double is the decimal the catalogue's authors wrote.
function exact(price: number, scale: number): bigint | null {
  return scaledDecimal(String(price), scale);
}

function convertRate(value: NonNullable<ModelPrice[string]>, scale: number): Rate | null {
  if (typeof value === "number") {
    const base = exact(value, scale);
    return base === null ? null : { base, tiers: [] };
  }
  const base = exact(value.base, scale);
  if (base === null) return null;
  const tiers: { above: number; rate: bigint }[] = [];
  for (const tier of [...value.tiers].sort((one, other) => one.start - other.start)) {
    const rate = exact(tier.price, scale);
    if (rate === null || !Number.isSafeInteger(tier.start)) return null;
    tiers.push({ above: tier.start, rate });
  }
  return { base, tiers };
}

/**
 * The catalogue's dollars as integer nano-dollars per million. Null (unpriced) when there is no input price, or when
 * any price has a name or a form not known here: half a price is worse than none. A model without an output price
 * (embeddings) has none to pay.
 */
export function convertPrice(price: ModelPrice): PriceTable | null {
  const table: Record<string, Rate> = Object.create(null);
  for (const [key, value] of Object.entries(price)) {
    if (value === undefined || NOT_OF_TOKENS.has(key)) continue;
    const known = Object.hasOwn(NAMES, key) ? NAMES[key] : undefined;
    const rate = known === undefined ? null : convertRate(value, known.scale);
    if (known === undefined || rate === null) return null;
    table[known.name] = rate;
  }
  if (table["input"] === undefined) return null;
  table["output"] ??= { base: 0n, tiers: [] };
  return table;
}
