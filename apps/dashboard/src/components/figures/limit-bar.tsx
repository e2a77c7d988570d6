import { exactMoney } from "@/format/money.ts";
import { Money } from "./money.tsx";

interface Limited {
  /** Null: none. */
  readonly limit_nanousd: string | null;
  readonly spent_nanousd: string;
  readonly reserved_nanousd: string;
}

/** Spent and reserved against the limit. Widths are attributes, since the page's policy lets no style attribute apply. */
export function LimitBar({ of }: { readonly of: Limited }) {
  const { limit_nanousd: limit, spent_nanousd: spent, reserved_nanousd: reserved } = of;
  if (limit === null) {
    return (
      <span className="inline-flex flex-wrap gap-x-1.5">
        <Money nanousd={spent} /> <span className="text-muted">no limit</span>
      </span>
    );
  }
  const share = shareOf(BigInt(spent), BigInt(limit));
  const held = Math.min(shareOf(BigInt(reserved), BigInt(limit)), 100 - share);
  const tone = share >= 100 ? "var(--danger)" : share >= 80 ? "var(--warning)" : "var(--accent)";
  return (
    <span className="inline-grid w-full min-w-36 max-w-56 gap-1">
      <span className="flex flex-wrap gap-x-1.5">
        <Money nanousd={spent} />
        <span className="text-muted">
          of {exactMoney(limit)} · {Math.floor(share)}%
        </span>
      </span>
      <svg width="100%" height="6" aria-hidden="true">
        <rect width="100%" height="6" rx="3" fill="var(--sunken)" />
        <rect width={`${share}%`} height="6" rx="3" fill={tone} />
        <rect x={`${share}%`} width={`${held}%`} height="6" fill={tone} opacity="0.4" />
      </svg>
    </span>
  );
}

/** Per cent, with two decimals, at most 100. */
function shareOf(part: bigint, whole: bigint): number {
  if (whole <= 0n) return 100;
  return Math.min(100, Number((part * 10_000n) / whole) / 100);
}
