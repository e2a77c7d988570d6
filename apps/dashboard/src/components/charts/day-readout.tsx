"use client";

import Link from "next/link";
import type { Mode } from "@/api/answers.ts";
import { Money } from "@/components/figures/money.tsx";
import { counted } from "@/format/counts.ts";
import { shortDay } from "@/format/instants.ts";
import type { Stack } from "./stack-days.ts";

/** Says the whole column of the day pointed at, or of the whole period. It stands in place of a legend and never jumps. */
export function DayReadout({
  stack,
  at,
  mode,
}: {
  readonly stack: Stack;
  readonly at: number | null;
  readonly mode: Mode;
}) {
  const column = at === null ? undefined : stack.columns[at];
  const total = stack.series.reduce((sum, { totalNanousd }) => sum + BigInt(totalNanousd), 0n).toString();
  return (
    <div className="mb-3 grid content-start gap-1 text-xs">
      <output className="flex flex-wrap gap-x-2 font-medium tabular-nums">
        {column === undefined ? "Whole period" : shortDay(column.day)}
        <Money nanousd={column?.totalNanousd ?? total} />
        {column === undefined ? null : (
          <span className="font-normal text-muted">{counted(column.requests, "request")}</span>
        )}
      </output>
      <ul className="grid grid-cols-2 gap-x-4 gap-y-1 sm:grid-cols-4 xl:grid-cols-7">
        {stack.series.map((series, order) => (
          <li key={series.id} className="grid min-w-0 grid-cols-[10px_minmax(0,1fr)] items-center gap-x-1.5">
            <svg width="10" height="10" aria-hidden="true">
              <rect width="10" height="10" rx="2" fill={series.colour} />
            </svg>
            {series.isModel ? (
              <Link
                href={`/requests?mode=${mode}&model=${encodeURIComponent(series.id)}`}
                prefetch={false}
                className="truncate hover:underline"
                title={series.name}
              >
                {series.name}
              </Link>
            ) : (
              <span className="truncate">{series.name}</span>
            )}
            <span className="col-start-2 text-muted">
              <Money nanousd={column?.parts[order] ?? series.totalNanousd} />
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
