import type { ReactNode } from "react";
import type { Summary } from "@/api/answers.ts";
import { Count } from "@/components/figures/count.tsx";
import { Money } from "@/components/figures/money.tsx";
import { counted } from "@/format/counts.ts";

/** The few numbers a glance is for; each says its period. */
export function Figures({ summary, days }: { readonly summary: Summary; readonly days: number }) {
  const { total, until } = summary;
  const today = summary.days.find(({ day }) => day === until.slice(0, 10));
  const period = `last ${days} days`;
  return (
    <dl className="panel grid grid-cols-2 divide-line max-lg:[&>*:nth-child(n+3)]:border-t lg:grid-cols-4 lg:divide-x [&>*]:border-line">
      <Figure label="Spent today" note="since midnight UTC">
        <Money nanousd={today?.cost_nanousd ?? "0"} />
      </Figure>
      <Figure label="Spent" note={period}>
        <Money nanousd={total?.cost_nanousd ?? "0"} />
      </Figure>
      <Figure
        label="Requests"
        note={`${period}${total !== null && total.failed > 0 ? `, ${counted(total.failed, "failure")}` : ""}`}
      >
        <Count count={total?.requests ?? 0} />
      </Figure>
      <Figure label="Tokens in and out" note={period}>
        <Count count={(total?.input_tokens ?? 0) + (total?.cached_tokens ?? 0)} /> /{" "}
        <Count count={total?.output_tokens ?? 0} />
      </Figure>
    </dl>
  );
}

function Figure({
  label,
  note,
  children,
}: {
  readonly label: string;
  readonly note: string;
  readonly children: ReactNode;
}) {
  return (
    <div className="p-4">
      <dt className="text-xs text-muted">{label}</dt>
      <dd>
        <span className="block text-lg font-semibold tabular-nums">{children}</span>
        <span className="block text-xs text-muted">{note}</span>
      </dd>
    </div>
  );
}
