/** Nano-dollars (an integer in a string) as dollars, exact: at least two decimals, at most nine. */
export function dollars(nanousd: string | number | bigint | null | undefined): string {
  if (nanousd === null || nanousd === undefined || !/^-?[0-9]+$/.test(String(nanousd))) return "–";
  const value = BigInt(nanousd);
  const size = value < 0n ? -value : value;
  const fraction = String(size % 1_000_000_000n)
    .padStart(9, "0")
    .replace(/0{1,7}$/, "");
  return `${value < 0n ? "-" : ""}$${size / 1_000_000_000n}.${fraction}`;
}
