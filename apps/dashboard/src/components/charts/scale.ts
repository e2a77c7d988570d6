/** A round amount at or above the highest, and the lines between: 1, 2 or 5 times a power of ten. Nano-dollars. */
export function roundScale(highest: bigint): { top: bigint; lines: readonly bigint[] } {
  if (highest <= 0n) return { top: 1n, lines: [] };
  let step = 1n;
  const multiples = [2n, 5n, 10n];
  let base = 1n;
  let at = 0;
  while (step * 4n < highest) {
    const multiple = multiples[at % 3] ?? 10n;
    step = base * multiple;
    if (at % 3 === 2) base *= 10n;
    at += 1;
  }
  const count = (highest + step - 1n) / step;
  return { top: step * count, lines: Array.from({ length: Number(count) }, (_, index) => step * BigInt(index + 1)) };
}

/** Part of whole in per cent with two decimals, exact before the division. */
export function percent(part: bigint, whole: bigint): number {
  return whole <= 0n ? 0 : Number((part * 10_000n) / whole) / 100;
}
