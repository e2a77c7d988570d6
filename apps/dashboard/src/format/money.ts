const NANO = 1_000_000_000n;

/**
 * What a person reads of an amount in whole nano-dollars: `$1,204.18` from a dollar on, four significant digits below,
 * `$0.0003120`. Rounded half up; the exact value is what `exactMoney` says.
 */
export function shortMoney(nanousd: string): string {
  const amount = BigInt(nanousd);
  if (amount < 0n) return `−${shortMoney((-amount).toString())}`;
  if (amount === 0n) return "$0.00";
  if (amount >= NANO) return withCents(amount);
  const digits = amount.toString().length;
  // Nine decimals are all there are; four significant ones of them are shown.
  const dropped = Math.max(digits - 4, 0);
  const unit = 10n ** BigInt(dropped);
  const rounded = (amount + unit / 2n) / unit;
  if (rounded * unit >= NANO) return withCents(amount);
  const decimals = (rounded * unit)
    .toString()
    .padStart(9, "0")
    .slice(0, 9 - dropped);
  return `$0.${decimals}`;
}

/** All nine decimals, less the zeros beyond the cents: `$0.0003120` is `$0.000312`. */
export function exactMoney(nanousd: string): string {
  const amount = BigInt(nanousd);
  if (amount < 0n) return `−${exactMoney((-amount).toString())}`;
  const cents = (amount % NANO).toString().padStart(9, "0");
  const trimmed = cents.replace(/0+$/, "").padEnd(2, "0");
  return `$${grouped(amount / NANO)}.${trimmed}`;
}

function withCents(amount: bigint): string {
  const cents = (amount + 5_000_000n) / 10_000_000n;
  return `$${grouped(cents / 100n)}.${(cents % 100n).toString().padStart(2, "0")}`;
}

function grouped(whole: bigint): string {
  return whole.toString().replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A price as the API tells it, a decimal string of US dollars: `1.5` is `$1.50`. */
export function priceInUsd(usd: string | undefined): string {
  if (usd === undefined) return "none";
  const [whole = "0", decimals = ""] = usd.split(".");
  return `$${grouped(BigInt(whole))}.${decimals.padEnd(2, "0")}`;
}
