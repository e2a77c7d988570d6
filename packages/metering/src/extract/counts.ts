import { member } from "../json.ts";

/** A count in a usage block: absent or null is zero; anything else that is no whole number makes the block unreadable. */
export function count(usage: unknown, ...path: readonly string[]): number {
  let value: unknown = usage;
  for (const name of path) value = member(value, name);
  if (value === undefined || value === null) return 0;
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : Number.NaN;
}

/**
 * Splits `total` into parts that providers report as lying within it. Parts are listed dearest first; where they
 * overlap and exceed the total (cached audio is reported both as cached and as audio), the cheaper ones give way.
 * The rest comes last, so that the parts always sum to `total`.
 */
export function splitTotal(total: number, ...parts: readonly number[]): number[] {
  let left = total;
  const split = parts.map((part) => {
    const taken = Math.min(part, left);
    left -= taken;
    return taken;
  });
  return [...split, left];
}
