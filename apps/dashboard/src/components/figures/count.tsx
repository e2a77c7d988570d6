import { exactCount, shortCount } from "@/format/counts.ts";

/** `1.24M`; the exact figure on hover. */
export function Count({ count }: { readonly count: number }) {
  return (
    <data value={count} title={exactCount(count)} className="tabular-nums">
      {shortCount(count)}
    </data>
  );
}
