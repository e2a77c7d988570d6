import type { Metadata } from "next";
import { cookies } from "next/headers";
import type { Page, ProviderSecret, UsageEvent, VirtualKey } from "@/api/answers.ts";
import { ask } from "@/api/ask.ts";
import { MODE_COOKIE } from "@/api/cookies.ts";
import { modeOf } from "@/api/mode.ts";
import { PageProblem } from "@/components/feedback/page-problem.tsx";
import { ModeSwitch, TestBanner } from "@/components/shell/mode-switch.tsx";
import { PageHead } from "@/components/shell/page-head.tsx";
import { FirstRun } from "./first-run/first-run.tsx";
import { periodOf } from "./overview/period.ts";
import { PeriodSwitch } from "./overview/period-switch.tsx";
import { Spend } from "./overview/spend.tsx";

export const metadata: Metadata = { title: "Overview" };

interface OverviewProps {
  readonly searchParams: Promise<{ readonly mode?: string; readonly days?: string }>;
}

export default async function OverviewPage({ searchParams }: OverviewProps) {
  const { mode: named, days: asked } = await searchParams;
  const events = await ask<Page<UsageEvent>>("/api/v1/usage/events?limit=1");
  if (!events.ok) return <PageProblem problem={events.problem} />;
  if (events.data.items.length === 0) return <FirstRunPage />;
  const mode = await modeOf(named);
  const days = periodOf(asked);
  return (
    <>
      <PageHead
        title="Overview"
        lead={`The last ${days} days, today included, by UTC days.`}
        acts={
          <>
            <ModeSwitch mode={mode} />
            <PeriodSwitch days={days} />
          </>
        }
      />
      <TestBanner mode={mode} />
      <Spend mode={mode} days={days} />
    </>
  );
}

async function FirstRunPage() {
  const [secrets, keys] = await Promise.all([
    ask<Page<ProviderSecret>>("/api/v1/provider-secrets"),
    ask<Page<VirtualKey>>("/api/v1/virtual-keys"),
  ]);
  const choice = (await cookies()).get(MODE_COOKIE)?.value;
  if (!secrets.ok) return <PageProblem problem={secrets.problem} />;
  if (!keys.ok) return <PageProblem problem={keys.problem} />;
  return (
    <>
      <PageHead title="Three steps to the first call" lead="Then this page shows what your applications spend." />
      <FirstRun secrets={secrets.data.items} keys={keys.data.items} testChosen={choice === "test"} />
    </>
  );
}
