import type { Breakdown, Mode, Summary } from "@/api/answers.ts";
import { ask } from "@/api/ask.ts";
import { StackedDays } from "@/components/charts/stacked-days.tsx";
import { stackDays } from "@/components/charts/stack-days.ts";
import { PageProblem } from "@/components/feedback/page-problem.tsx";
import { Figures } from "./figures.tsx";
import { Ranking } from "./ranking.tsx";

const QUESTIONS: readonly { readonly by: Breakdown; readonly title: string; readonly column: string }[] = [
  { by: "provider", title: "Spend by provider", column: "Provider" },
  { by: "model", title: "Spend by model", column: "Model" },
  { by: "member", title: "Spend by member", column: "Member" },
  { by: "virtual_key", title: "Spend by virtual key", column: "Virtual key" },
];

/** One summary a question; the one by model draws the chart as well. */
export async function Spend({ mode, days }: { readonly mode: Mode; readonly days: number }) {
  const simulated = String(mode === "test");
  const answers = await Promise.all(
    QUESTIONS.map(({ by }) => ask<Summary>(`/api/v1/usage/summary?by=${by}&days=${days}&simulated=${simulated}`)),
  );
  const refused = answers.find((answer) => !answer.ok);
  if (refused !== undefined && !refused.ok) return <PageProblem problem={refused.problem} />;
  const summaries = answers.flatMap((answer) => (answer.ok ? [answer.data] : []));
  const byModel = summaries[1];
  if (byModel === undefined) return null;
  return (
    <div className="grid gap-4">
      <Figures summary={byModel} days={days} />
      <StackedDays title="Spend per day, by model" stack={stackDays(byModel)} mode={mode} />
      <div className="grid items-start gap-4 xl:grid-cols-2">
        {QUESTIONS.map(({ by, title, column }, index) => (
          <Ranking key={by} by={by} title={title} column={column} mode={mode} groups={summaries[index]?.groups ?? []} />
        ))}
      </div>
    </div>
  );
}
