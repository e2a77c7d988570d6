import { createHash } from "node:crypto";
import { BUCKET_NAMES, TOKEN_UNITS } from "./buckets.ts";
import { MeteringError } from "./errors.ts";
import { isObject } from "./json.ts";

/** Nano-dollars per million units; a tier holds once the call's whole input exceeds `above` tokens. */
export interface Rate {
  readonly base: bigint;
  readonly tiers: readonly { readonly above: number; readonly rate: bigint }[];
}

/** Rates by bucket or extra-unit name. Only `input` and `output` must be there; `rate-of.ts` says what stands in. */
export type PriceTable = Readonly<Record<string, Rate>>;

/** `{"input":"2500000000"}`, or with tiers `{"input":{"base":"2500000000","tiers":[{"above":272000,"rate":"…"}]}}`. */
export type PriceTableJson = Record<string, string | { base: string; tiers: { above: number; rate: string }[] }>;

const COUNTED = ["web_searches", "storage_searches", "requests"];
/** Every name a price table may hold. A closed list, so that a typing error cannot price nothing at all. */
export const PRICE_NAMES: readonly string[] = [...BUCKET_NAMES, ...Object.keys(TOKEN_UNITS), ...COUNTED];

// A million dollars per million units: a rate above it is a slip of the pen.
const LARGEST_RATE = 1_000_000_000_000_000n;

function rateFromJson(value: unknown, path: string): bigint {
  if (typeof value !== "string" || !/^(0|[1-9]\d{0,15})$/.test(value) || BigInt(value) > LARGEST_RATE) {
    throw new MeteringError("price_invalid", "A price is a string of digits: nano-dollars per million", path);
  }
  return BigInt(value);
}

function tierFromJson(value: unknown, path: string): { above: number; rate: bigint } {
  const above = isObject(value) ? value["above"] : undefined;
  if (!isObject(value) || Object.keys(value).length !== 2 || !Number.isSafeInteger(above) || (above as number) < 0) {
    throw new MeteringError("price_invalid", "A tier has `above`, a number of tokens, and `rate`", path);
  }
  return { above: above as number, rate: rateFromJson(value["rate"], `${path}.rate`) };
}

/**
 * Checks and reads a stored or submitted price table.
 * @throws MeteringError `price_invalid` with the path of the field at fault.
 */
export function priceTableFromJson(value: unknown): PriceTable {
  if (!isObject(value)) throw new MeteringError("price_invalid", "Prices are an object of names and rates");
  const table: Record<string, Rate> = Object.create(null);
  for (const [name, rate] of Object.entries(value)) {
    if (!PRICE_NAMES.includes(name)) throw new MeteringError("price_invalid", "Not the name of a price");
    if (!isObject(rate)) {
      table[name] = { base: rateFromJson(rate, name), tiers: [] };
      continue;
    }
    const tiers = rate["tiers"];
    if (Object.keys(rate).length !== 2 || !Array.isArray(tiers) || tiers.length > 10) {
      throw new MeteringError("price_invalid", "A tiered price has `base` and at most ten `tiers`", name);
    }
    const read = tiers.map((tier, index) => tierFromJson(tier, `${name}.tiers[${index}]`));
    read.sort((one, other) => one.above - other.above);
    table[name] = { base: rateFromJson(rate["base"], `${name}.base`), tiers: read };
  }
  for (const name of ["input", "output"]) {
    if (table[name] === undefined) throw new MeteringError("price_invalid", "A price is missing", name);
  }
  return table;
}

/** Names sorted, so that equal tables have equal text. */
export function priceTableToJson(table: PriceTable): PriceTableJson {
  const json: PriceTableJson = {};
  for (const name of Object.keys(table).sort()) {
    const rate = table[name];
    if (rate === undefined) continue;
    json[name] =
      rate.tiers.length === 0
        ? rate.base.toString()
        : {
            base: rate.base.toString(),
            tiers: rate.tiers.map((tier) => ({ above: tier.above, rate: tier.rate.toString() })),
          };
  }
  return json;
}

/** A short name for these very prices: equal content, equal version, on any machine. */
export function priceVersion(provider: string, model: string, table: PriceTable): string {
  const content = JSON.stringify([provider, model, priceTableToJson(table)]);
  return `pv1_${createHash("sha256").update(content).digest("hex").slice(0, 20)}`;
}
