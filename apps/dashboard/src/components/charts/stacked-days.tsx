"use client";

import { useState, type KeyboardEvent } from "react";
import type { Mode } from "@/api/answers.ts";
import { Empty } from "@/components/feedback/empty.tsx";
import { Icon } from "@/components/icons/icon.tsx";
import { DayReadout } from "./day-readout.tsx";
import { DaysTable } from "./days-table.tsx";
import { StackPlot } from "./stack-plot.tsx";
import type { Stack } from "./stack-days.ts";

interface StackedDaysProps {
  readonly title: string;
  readonly stack: Stack;
  readonly mode: Mode;
}

/** Bars for the eye, a table of the same numbers one key (T) away, and the whole column of a day on hover or by arrow keys. */
export function StackedDays({ title, stack, mode }: StackedDaysProps) {
  const [asTable, setAsTable] = useState(false);
  const [at, setAt] = useState<number | null>(null);
  const { series } = stack;

  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "t" || event.key === "T") setAsTable(!asTable);
  };
  return (
    <section className="panel" aria-label={title}>
      <div className="flex flex-wrap items-center justify-between gap-2 px-4 pt-3">
        <h2>{title}</h2>
        <button
          type="button"
          className="button"
          aria-pressed={asTable}
          onClick={() => setAsTable(!asTable)}
          onKeyDown={onKey}
        >
          <Icon name={asTable ? "chart" : "table"} />
          {asTable ? "Chart" : "Table"} <kbd className="key-cap">T</kbd>
        </button>
      </div>
      {series.length === 0 ? (
        <Empty title="Nothing was spent in this period">Choose a longer period, or the other mode.</Empty>
      ) : asTable ? (
        <DaysTable title={title} stack={stack} />
      ) : (
        <div className="px-4 pb-4">
          <DayReadout stack={stack} at={at} mode={mode} />
          <StackPlot title={title} stack={stack} at={at} onPoint={setAt} onKey={onKey} />
        </div>
      )}
    </section>
  );
}
