"use client";

import type { KeyboardEvent } from "react";
import { counted } from "@/format/counts.ts";
import { shortDay } from "@/format/instants.ts";
import { exactMoney, shortMoney } from "@/format/money.ts";
import { percent, roundScale } from "./scale.ts";
import type { Stack } from "./stack-days.ts";

/** Of the bars' ground, and of the line of days below. Pixels. */
const HEIGHT = 200;
const FOOT = 24;
/** Days named below; more would run into each other on a phone. */
const NAMED_DAYS = 5;
/** Wider than a digit at 13 px in any sans. Pixels. */
const CHARACTER = 8.2;

interface StackPlotProps {
  readonly title: string;
  readonly stack: Stack;
  readonly at: number | null;
  readonly onPoint: (at: number | null) => void;
  readonly onKey: (event: KeyboardEvent) => void;
}

/** Positions are per cent of the width, so that it is drawn on the server and fits any screen unmeasured. */
export function StackPlot({ title, stack, at, onPoint, onKey }: StackPlotProps) {
  const { columns, series } = stack;
  const highest = columns.reduce(
    (high, { totalNanousd }) => (BigInt(totalNanousd) > high ? BigInt(totalNanousd) : high),
    0n,
  );
  const { top, lines } = roundScale(highest);
  const pointed = columns[at ?? columns.length - 1];
  const slot = 100 / columns.length;
  const every = Math.ceil(columns.length / NAMED_DAYS);
  const y = (nanousd: bigint): number => HEIGHT - (percent(nanousd, top) / 100) * HEIGHT;
  return (
    <div className="grid grid-cols-[auto_minmax(0,1fr)] gap-2">
      <ScaleLabels lines={lines} y={y} />
      <div className="relative rounded focus-within:outline-2 focus-within:outline-offset-4 focus-within:outline-accent">
        {/* A slider over the days: arrow keys move it, and it says the day it stands on. */}
        <input
          type="range"
          className="pointer-events-none absolute inset-0 size-full opacity-0"
          aria-label={`${title}: the day`}
          aria-valuetext={`${shortDay(pointed?.day ?? "")}: ${shortMoney(pointed?.totalNanousd ?? "0")}, ${counted(pointed?.requests ?? 0, "request")}`}
          min={0}
          max={columns.length - 1}
          value={at ?? columns.length - 1}
          onChange={(event) => onPoint(Number(event.target.value))}
          onFocus={() => onPoint(at ?? columns.length - 1)}
          onBlur={() => onPoint(null)}
          onKeyDown={onKey}
        />
        <svg
          width="100%"
          height={HEIGHT + FOOT}
          aria-hidden="true"
          className="block overflow-visible"
          onMouseLeave={() => onPoint(null)}
        >
          {lines.map((line) => (
            <g key={line.toString()}>
              <line x1="0" x2="100%" y1={y(line)} y2={y(line)} stroke="var(--line)" />
            </g>
          ))}
          <line x1="0" x2="100%" y1={HEIGHT} y2={HEIGHT} stroke="var(--line-strong)" />
          {columns.map((column, index) => {
            let below = 0n;
            return (
              <g key={column.day}>
                {at === index ? (
                  <rect x={`${index * slot}%`} width={`${slot}%`} height={HEIGHT} fill="var(--accent-wash)" />
                ) : null}
                {column.parts.map((part, order) => {
                  const cost = BigInt(part);
                  if (cost === 0n) return null;
                  const upper = y(below + cost);
                  const height = Math.max(y(below) - upper, 1);
                  below += cost;
                  return (
                    <rect
                      key={series[order]?.id}
                      x={`${(index + 0.15) * slot}%`}
                      width={`${slot * 0.7}%`}
                      y={upper}
                      height={height}
                      fill={series[order]?.colour}
                    />
                  );
                })}
                {index % every === 0 ? (
                  <text x={`${(index + 0.15) * slot}%`} y={HEIGHT + 18} fill="var(--muted)" fontSize="13">
                    {shortDay(column.day)}
                  </text>
                ) : null}
                <rect
                  x={`${index * slot}%`}
                  width={`${slot}%`}
                  height={HEIGHT}
                  fill="transparent"
                  onMouseEnter={() => onPoint(index)}
                />
              </g>
            );
          })}
        </svg>
      </div>
    </div>
  );
}

/** In a column of their own, where no bar stands before them. */
function ScaleLabels({ lines, y }: { readonly lines: readonly bigint[]; readonly y: (nanousd: bigint) => number }) {
  const labels = lines.map((line) => exactMoney(line.toString()));
  const longest = Math.max(0, ...labels.map(({ length }) => length));
  return (
    <svg width={longest * CHARACTER} height={HEIGHT} aria-hidden="true" className="block overflow-visible tabular-nums">
      {lines.map((line, index) => (
        <text key={line.toString()} x="100%" textAnchor="end" y={y(line) + 4} fill="var(--muted)" fontSize="13">
          {labels[index]}
        </text>
      ))}
    </svg>
  );
}
