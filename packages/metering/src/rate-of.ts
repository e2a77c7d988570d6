import type { PriceTable } from "./price-table.ts";

/** Where a table names no rate of its own, the next in line holds. Names without a line cost nothing unless priced. */
const STANDS_IN: Readonly<Record<string, string>> = {
  cache_read: "input",
  cache_write_5m: "input",
  cache_write_1h: "cache_write_5m",
  audio_in: "input",
  image_in: "input",
  video_in: "input",
  cache_read_audio: "cache_read",
  cache_read_image: "cache_read",
  reasoning: "output",
  audio_out: "output",
  image_out: "output",
  video_out: "output",
};

/** Nano-dollars per million of `name` when the call's whole input is `input` tokens; null when it has no price. */
export function rateOf(table: PriceTable, name: string, input: number): bigint | null {
  for (let at: string | undefined = name; at !== undefined; at = STANDS_IN[at]) {
    const rate = table[at];
    if (rate === undefined) continue;
    let found = rate.base;
    for (const tier of rate.tiers) if (input > tier.above) found = tier.rate;
    return found;
  }
  return null;
}

/** The dearest rate `name` can have for any input up to `input` tokens. */
export function highestRate(table: PriceTable, name: string, input: number): bigint | null {
  for (let at: string | undefined = name; at !== undefined; at = STANDS_IN[at]) {
    const rate = table[at];
    if (rate === undefined) continue;
    let found = rate.base;
    for (const tier of rate.tiers) if (input > tier.above && tier.rate > found) found = tier.rate;
    return found;
  }
  return null;
}
