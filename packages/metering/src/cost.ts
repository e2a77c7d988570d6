import { BUCKET_NAMES, TOKEN_UNITS, inputTokens, type Buckets } from "./buckets.ts";
import type { PriceTable } from "./price-table.ts";
import { rateOf } from "./rate-of.ts";

/** Rates are per million units. */
export const PER_MILLION = 1_000_000n;

const OUTPUT_SIDE: ReadonlySet<string> = new Set([
  "output",
  "reasoning",
  "audio_out",
  ...Object.entries(TOKEN_UNITS)
    .filter(([, side]) => side === "output")
    .map(([name]) => name),
]);
const TOKENS: ReadonlySet<string> = new Set([...BUCKET_NAMES, ...Object.keys(TOKEN_UNITS)]);

/** Nano-dollars times 10^6, before the one rounding. */
export interface ExactCost {
  readonly input: bigint;
  readonly output: bigint;
  readonly other: bigint;
}

/** A provider's surcharge on every rate of the call, as a fraction of whole numbers (11/10). */
export interface Surcharge {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

export function exactCost(buckets: Buckets, table: PriceTable): ExactCost {
  const total = inputTokens(buckets);
  const cost = { input: 0n, output: 0n, other: rateOf(table, "requests", total) ?? 0n };
  const add = (name: string, count: number): void => {
    if (count === 0) return;
    const amount = BigInt(count) * (rateOf(table, name, total) ?? 0n);
    cost[OUTPUT_SIDE.has(name) ? "output" : TOKENS.has(name) ? "input" : "other"] += amount;
  };
  for (const name of BUCKET_NAMES) add(name, buckets[name]);
  for (const [name, count] of Object.entries(buckets.extra_units)) add(name, count);
  return cost;
}

/** Whole nano-dollars: the sum over all buckets, divided by 10^6 and rounded up once. */
export function costOf(buckets: Buckets, table: PriceTable, surcharge: Surcharge | null = null): bigint {
  const exact = exactCost(buckets, table);
  const sum = exact.input + exact.output + exact.other;
  const numerator = sum * (surcharge?.numerator ?? 1n);
  const divisor = PER_MILLION * (surcharge?.denominator ?? 1n);
  return (numerator + divisor - 1n) / divisor;
}
