"use client";

import Link from "next/link";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import type { Page, UsageEvent } from "@/api/answers.ts";
import { send } from "@/api/send.ts";
import { ModeBadge } from "@/components/feedback/badge.tsx";
import { Money } from "@/components/figures/money.tsx";
import { Icon } from "@/components/icons/icon.tsx";
import { useSession } from "@/components/shell/session-context.tsx";
import { counted } from "@/format/counts.ts";
import { tokensOf } from "@/format/tokens.ts";

/** A call is settled within moments of its answer; asking more often would show nothing sooner. Milliseconds. */
const ASK_EVERY = 1_500;

/** Waits for the first call and shows it. */
export function FirstRequest() {
  const router = useRouter();
  const organisationId = useSession()?.organisationId ?? null;
  const [event, setEvent] = useState<UsageEvent | null>(null);

  useEffect(() => {
    if (event !== null) return;
    const stopped = new AbortController();
    const ask = async (): Promise<void> => {
      if (document.hidden) return;
      const answer = await send<Page<UsageEvent>>("GET", "/api/v1/usage/events?limit=1", {
        organisationId,
        signal: stopped.signal,
      });
      const found = answer.ok ? answer.data.items[0] : undefined;
      if (found !== undefined) setEvent(found);
    };
    const timer = setInterval(() => void ask(), ASK_EVERY);
    return () => {
      clearInterval(timer);
      stopped.abort();
    };
  }, [event, organisationId]);

  return (
    <div aria-live="polite" className="rounded-md border border-line bg-sunken p-3">
      {event === null ? (
        <p className="flex items-center gap-2 text-muted">
          <Icon name="clock" /> Waiting for your call. It appears here by itself.
        </p>
      ) : (
        <div className="grid gap-2">
          <p className="flex flex-wrap items-center gap-x-2">
            <Icon name="check" className="text-good" />
            <strong>{event.model_requested}</strong>
            <ModeBadge test={event.simulated} />
            <span>{counted(tokensOf(event.usage).total, "token")}</span>
            <Money nanousd={event.cost_nanousd} />
          </p>
          <p className="text-muted">
            Under virtual keys, lower the key’s limit to $0.00001 and repeat the call: it is refused with 402 before it
            is made.
          </p>
          <p className="flex flex-wrap gap-4">
            <Link
              href={`/requests?mode=${event.simulated ? "test" : "live"}&request=${event.id}`}
              prefetch={false}
              className="link"
            >
              See it in requests
            </Link>
            <button type="button" className="link" onClick={() => router.refresh()}>
              Go to the overview
            </button>
          </p>
        </div>
      )}
    </div>
  );
}
