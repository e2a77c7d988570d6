import type { Metadata } from "next";
import type { Member, Page, Refusal, UsageEvent, VirtualKey } from "@/api/answers.ts";
import { ask } from "@/api/ask.ts";
import { modeOf } from "@/api/mode.ts";
import { PageProblem } from "@/components/feedback/page-problem.tsx";
import { ModeSwitch, TestBanner } from "@/components/shell/mode-switch.tsx";
import { PageHead } from "@/components/shell/page-head.tsx";
import { Filters } from "./filters.tsx";
import { eventsPath, filterOf, refusalsPath, type RequestParams } from "./request-filter.ts";
import { RequestLog } from "./request-log.tsx";

export const metadata: Metadata = { title: "Requests" };

export default async function RequestsPage({ searchParams }: { readonly searchParams: Promise<RequestParams> }) {
  const params = await searchParams;
  const mode = await modeOf(params.mode);
  const filter = filterOf(params, mode);
  const [events, refusals, keys, members] = await Promise.all([
    ask<Page<UsageEvent>>(eventsPath(filter)),
    ask<Page<Refusal>>(refusalsPath(filter)),
    ask<Page<VirtualKey>>("/api/v1/virtual-keys?include_revoked=true&limit=200"),
    ask<Page<Member>>("/api/v1/members?limit=200"),
  ]);
  const names = {
    keys: Object.fromEntries((keys.ok ? keys.data.items : []).map(({ id, name }) => [id, name])),
    members: Object.fromEntries((members.ok ? members.data.items : []).map(({ id, name }) => [id, name])),
  };
  return (
    <>
      <PageHead
        title="Requests"
        lead="Every call and every refusal, newest first, as they happen."
        acts={<ModeSwitch mode={mode} />}
      />
      <TestBanner mode={mode} />
      <Filters filter={filter} names={names} />
      {!events.ok ? (
        <PageProblem problem={events.problem} />
      ) : !refusals.ok ? (
        <PageProblem problem={refusals.problem} />
      ) : (
        <RequestLog
          key={JSON.stringify(filter)}
          filter={filter}
          first={{ events: events.data, refusals: refusals.data }}
          names={names}
          opened={params.request ?? null}
        />
      )}
    </>
  );
}
