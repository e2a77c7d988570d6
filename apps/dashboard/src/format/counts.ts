/** `512`, `1.24K`, `1.24M`, `3.10B`: three significant digits from a thousand on. */
export function shortCount(count: number): string {
  for (const [unit, mark] of UNITS) {
    if (count >= unit) {
      const scaled = count / unit;
      return `${scaled.toFixed(scaled >= 100 ? 0 : scaled >= 10 ? 1 : 2)}${mark}`;
    }
  }
  return String(count);
}

const UNITS: readonly (readonly [number, string])[] = [
  [1_000_000_000, "B"],
  [1_000_000, "M"],
  [1_000, "K"],
];

/** `1,240,318`. */
export function exactCount(count: number | bigint): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `1 request`, `2 requests`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${exactCount(count)} ${count === 1 ? one : many}`;
}
