"use client";

import { useCallback, useEffect, useState } from "react";
import type { Page, Refusal, UsageEvent } from "@/api/answers.ts";
import type { ProblemInfo } from "@/api/problem.ts";
import { send } from "@/api/send.ts";
import { useSession } from "@/components/shell/session-context.tsx";
import { behind, refreshed, type Read } from "./merge-requests.ts";
import { eventsPath, refusalsPath, type RequestFilter } from "./request-filter.ts";

/** Two reads each time, far below the limit by address, and a person waits no longer for their call. Milliseconds. */
const REFRESH = 2_500;

export interface Requests {
  readonly read: Read;
  readonly problem: ProblemInfo | null;
  readonly paused: boolean;
  setPaused(paused: boolean): void;
  readonly hasMore: boolean;
  readonly pending: boolean;
  /** Reads on towards older rows. */
  more(): Promise<void>;
}

/** The two lists, kept fresh while the page is looked at. */
export function useRequests(filter: RequestFilter, first: Read): Requests {
  const organisationId = useSession()?.organisationId ?? null;
  const [read, setRead] = useState(first);
  const [problem, setProblem] = useState<ProblemInfo | null>(null);
  const [paused, setPaused] = useState(false);
  const [pending, setPending] = useState(false);

  const refresh = useCallback(
    async (signal: AbortSignal): Promise<void> => {
      const options = { organisationId, signal };
      const [events, refusals] = await Promise.all([
        send<Page<UsageEvent>>("GET", eventsPath(filter), options),
        send<Page<Refusal>>("GET", refusalsPath(filter), options),
      ]);
      if (signal.aborted) return;
      if (events.ok && refusals.ok) {
        setProblem(null);
        setRead((known) => ({
          events: refreshed(known.events, events.data),
          refusals: refreshed(known.refusals, refusals.data),
        }));
      } else setProblem(!events.ok ? events.problem : refusals.ok ? null : refusals.problem);
    },
    [filter, organisationId],
  );

  useEffect(() => {
    if (paused) return;
    const stopped = new AbortController();
    const timer = setInterval(() => {
      if (!document.hidden) void refresh(stopped.signal);
    }, REFRESH);
    return () => {
      clearInterval(timer);
      stopped.abort();
    };
  }, [paused, refresh]);

  const more = async (): Promise<void> => {
    const next = behind(read);
    setPending(true);
    const [events, refusals] = await Promise.all([
      next.events === null ? null : send<Page<UsageEvent>>("GET", eventsPath(filter, next.events), { organisationId }),
      next.refusals === null
        ? null
        : send<Page<Refusal>>("GET", refusalsPath(filter, next.refusals), { organisationId }),
    ]);
    setPending(false);
    const refused = [events, refusals].find((answer) => answer?.ok === false);
    if (refused?.ok === false) {
      setProblem(refused.problem);
      return;
    }
    setRead((known) => ({
      events: events?.ok === true ? appended(known.events, events.data) : known.events,
      refusals: refusals?.ok === true ? appended(known.refusals, refusals.data) : known.refusals,
    }));
  };
  const hasMore = read.events.next_cursor !== null || read.refusals.next_cursor !== null;
  return { read, problem, paused, setPaused, hasMore, pending, more };
}

function appended<T>(known: Page<T>, older: Page<T>): Page<T> {
  return { items: [...known.items, ...older.items], next_cursor: older.next_cursor };
}
