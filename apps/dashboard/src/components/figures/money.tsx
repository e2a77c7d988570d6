import { exactMoney, shortMoney } from "@/format/money.ts";
import { exactCount } from "@/format/counts.ts";

/** An amount as people read it; the exact nano-dollars on hover. */
export function Money({ nanousd, exact = false }: { readonly nanousd: string; readonly exact?: boolean }) {
  return (
    <data
      value={nanousd}
      title={`${exactMoney(nanousd)} · ${exactCount(BigInt(nanousd))} nano-dollars`}
      className="tabular-nums"
    >
      {exact ? exactMoney(nanousd) : shortMoney(nanousd)}
    </data>
  );
}
