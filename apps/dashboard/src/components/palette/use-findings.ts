"use client";

import { useEffect, useState } from "react";
import type { Member, Page, UsageEvent, VirtualKey } from "@/api/answers.ts";
import { send } from "@/api/send.ts";
import { DESTINATIONS } from "@/components/shell/navigation.ts";
import { useSession, type Session } from "@/components/shell/session-context.tsx";
import { matching, type Finding } from "./findings.ts";

/** Pages at once; keys, people and the latest requests as soon as they are read. What a role may not read is not there. */
export function useFindings(text: string): readonly Finding[] {
  const session = useSession();
  const [read, setRead] = useState<readonly Finding[]>([]);
  useEffect(() => {
    if (session === null) return;
    const stopped = new AbortController();
    const options = { organisationId: session.organisationId, signal: stopped.signal };
    const all = async (): Promise<void> => {
      const [keys, members, events] = await Promise.all([
        send<Page<VirtualKey>>("GET", "/api/v1/virtual-keys?limit=200", options),
        send<Page<Member>>("GET", "/api/v1/members?limit=200", options),
        send<Page<UsageEvent>>("GET", "/api/v1/usage/events?limit=100", options),
      ]);
      if (stopped.signal.aborted) return;
      setRead([
        ...(keys.ok ? keys.data.items.map(ofKey) : []),
        ...(members.ok ? members.data.items.map(ofMember) : []),
        ...(events.ok ? events.data.items.map(ofEvent) : []),
      ]);
    };
    void all();
    return () => stopped.abort();
  }, [session]);
  return matching([...pagesOf(session), ...read], text);
}

function pagesOf(session: Session | null): readonly Finding[] {
  return DESTINATIONS.filter(({ permission }) => permission === null || session?.permissions.includes(permission)).map(
    ({ href, label, icon }) => ({ href, label, icon, note: "page", terms: "" }),
  );
}

function ofKey({ id, name, display, mode }: VirtualKey): Finding {
  return {
    href: `/requests?mode=${mode}&key=${id}`,
    label: name,
    note: `virtual key ${display}…`,
    icon: "virtual-keys",
    terms: id,
  };
}

function ofMember({ id, name, email }: Member): Finding {
  return { href: `/requests?member=${id}`, label: name, note: email, icon: "person", terms: id };
}

function ofEvent(event: UsageEvent): Finding {
  return {
    href: `/requests?mode=${event.simulated ? "test" : "live"}&request=${event.id}`,
    label: event.model_requested,
    note: `request ${event.request_id.slice(0, 13)}…`,
    icon: "requests",
    terms: `${event.request_id} ${event.id} ${event.upstream_request_id ?? ""}`,
  };
}
