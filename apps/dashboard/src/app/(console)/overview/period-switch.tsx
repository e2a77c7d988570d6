"use client";

import Link from "next/link";
import { useSearchParams } from "next/navigation";
import { PERIODS, type Period } from "./period.ts";

export function PeriodSwitch({ days }: { readonly days: Period }) {
  const params = useSearchParams();
  const hrefOf = (period: Period): string => {
    const next = new URLSearchParams(params);
    next.set("days", String(period));
    return `/?${next}`;
  };
  return (
    <nav className="segments" aria-label="Period">
      {PERIODS.map((period) => (
        <Link key={period} href={hrefOf(period)} prefetch={false} className="segment" aria-current={period === days}>
          {period} days
        </Link>
      ))}
    </nav>
  );
}
