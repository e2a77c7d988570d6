/**
 * The decimal `text` (digits, optionally a point, optionally an exponent) times 10^scale, exactly.
 * Null when it is not such a number, is negative, or is not whole after scaling.
 */
export function scaledDecimal(text: string, scale: number): bigint | null {
  const parts = /^(\d{1,30})(?:\.(\d{1,30}))?(?:e([+-]?\d{1,2}))?$/.exec(text);
  if (parts === null) return null;
  const whole = parts[1] ?? "";
  const fraction = parts[2] ?? "";
  const shift = scale + Number(parts[3] ?? "0") - fraction.length;
  const digits = BigInt(whole + fraction);
  if (shift >= 0) return digits * 10n ** BigInt(shift);
  const divisor = 10n ** BigInt(-shift);
  return digits % divisor === 0n ? digits / divisor : null;
}
