import { MeteringError } from "./errors.ts";

/** Nano-dollars in one dollar. All money is whole nano-dollars in a bigint, and strings of digits in JSON. */
export const NANO_PER_USD = 1_000_000_000n;

/** PostgreSQL's bigint, where amounts are kept. About 9.2 thousand million dollars. */
const LARGEST = 9_223_372_036_854_775_807n;

/**
 * "0.01" → 10000000n. Accepts digits with at most nine decimals and nothing else.
 * @throws MeteringError `amount_invalid`: exponents, signs, separators, blanks, more than nine decimals, too large.
 */
export function parseUsd(text: string): bigint {
  const parts = /^(\d{1,12})(?:\.(\d{1,9}))?$/.exec(text);
  if (parts === null) {
    throw new MeteringError("amount_invalid", "An amount is digits with at most nine decimals, for example 0.01");
  }
  const amount = BigInt(parts[1] ?? "0") * NANO_PER_USD + BigInt((parts[2] ?? "").padEnd(9, "0"));
  if (amount > LARGEST) throw new MeteringError("amount_invalid", "The amount is too large");
  return amount;
}

/** The exact amount, "1.5" or "0.000000312": what exports carry and what `parseUsd` reads back. */
export function exactUsd(nanousd: bigint): string {
  const sign = nanousd < 0n ? "-" : "";
  const size = nanousd < 0n ? -nanousd : nanousd;
  const fraction = (size % NANO_PER_USD).toString().padStart(9, "0").replace(/0+$/, "");
  return `${sign}${size / NANO_PER_USD}${fraction === "" ? "" : `.${fraction}`}`;
}

/**
 * What matters to a reader: "$1,204.18" from a cent on, four significant digits below it ("$0.0003120"),
 * "$0.00" for nothing. Rounded half up; never shown as zero unless it is.
 */
export function formatUsd(nanousd: bigint): string {
  const sign = nanousd < 0n ? "-" : "";
  const size = nanousd < 0n ? -nanousd : nanousd;
  if (size === 0n) return "$0.00";
  const cent = NANO_PER_USD / 100n;
  const decimals = size >= NANO_PER_USD ? 2 : size >= cent ? 4 : Math.min(9, 13 - size.toString().length);
  const unit = 10n ** BigInt(9 - decimals);
  const rounded = ((size + unit / 2n) / unit) * unit;
  // Rounding up may reach the next size (0.0099999 is a cent), which is then shown as that size is.
  if (rounded.toString().length > size.toString().length) return formatUsd(nanousd < 0n ? -rounded : rounded);
  const whole = (rounded / NANO_PER_USD).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  const fraction = (rounded % NANO_PER_USD).toString().padStart(9, "0").slice(0, decimals);
  // From a cent on, the third and fourth decimal show only when they say something.
  return `${sign}$${whole}.${size >= cent && fraction.endsWith("00") ? fraction.slice(0, 2) : fraction}`;
}

/** A nano-dollar amount as it stands in JSON: a string of digits. */
export function nanousdToJson(nanousd: bigint): string {
  return nanousd.toString();
}

/** @throws MeteringError `amount_invalid` when it is not a string of digits within PostgreSQL's bigint. */
export function nanousdFromJson(value: unknown): bigint {
  if (typeof value !== "string" || !/^(0|[1-9]\d{0,18})$/.test(value) || BigInt(value) > LARGEST) {
    throw new MeteringError("amount_invalid", "A nano-dollar amount is a string of digits");
  }
  return BigInt(value);
}
