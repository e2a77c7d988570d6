"use client";

import { useEffect, useRef, type ReactNode } from "react";
import type { Refusal, UsageEvent } from "@/api/answers.ts";
import { ModeBadge } from "@/components/feedback/badge.tsx";
import { Money } from "@/components/figures/money.tsx";
import { ProviderName } from "@/components/figures/provider-name.tsx";
import { When } from "@/components/figures/when.tsx";
import { Icon } from "@/components/icons/icon.tsx";
import { CopyButton } from "@/components/secrets/copy-button.tsx";
import { exactCount } from "@/format/counts.ts";
import { shortDuration } from "@/format/instants.ts";
import { BUCKETS } from "@/format/tokens.ts";
import type { RequestRow } from "./merge-requests.ts";
import { Outcome } from "./outcome.tsx";
import { reasonOf } from "./refusal-reasons.ts";
import type { Names } from "./names.ts";

interface RequestDetailProps {
  readonly row: RequestRow;
  readonly names: Names;
  readonly onClose: () => void;
}

/** Everything that is known of one request. The text of prompts and answers is not: it is never kept. */
export function RequestDetail({ row, names, onClose }: RequestDetailProps) {
  const pane = useRef<HTMLElement>(null);
  useEffect(() => pane.current?.focus(), []);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === "Escape" && document.querySelector("dialog[open]") === null) onClose();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [onClose]);
  return (
    <aside
      ref={pane}
      tabIndex={-1}
      aria-label="Details of the request"
      className="panel p-4 outline-none max-xl:fixed max-xl:inset-0 max-xl:z-20 max-xl:overflow-auto max-xl:rounded-none xl:sticky xl:top-6 xl:max-h-[calc(100dvh-48px)] xl:overflow-auto"
    >
      <div className="mb-3 flex items-start justify-between gap-3">
        <h2 className="break-all">
          {(row.kind === "event" ? row.event.model_requested : row.refusal.model) ?? "No model"}
        </h2>
        <button
          type="button"
          className="rounded p-1 text-muted hover:text-ink"
          aria-label="Close the details"
          onClick={onClose}
        >
          <Icon name="cross" />
        </button>
      </div>
      <p className="mb-3 flex flex-wrap items-center gap-2">
        <Outcome row={row} />
        <ModeBadge test={row.kind === "event" ? row.event.simulated : row.refusal.simulated} />
      </p>
      {row.kind === "event" ? (
        <EventFacts event={row.event} names={names} />
      ) : (
        <RefusalFacts refusal={row.refusal} names={names} />
      )}
    </aside>
  );
}

function EventFacts({ event, names }: { readonly event: UsageEvent; readonly names: Names }) {
  const buckets = BUCKETS.filter(([bucket]) => (event.usage[bucket] ?? 0) > 0);
  return (
    <>
      <Facts>
        <Fact name="Cost">
          <Money nanousd={event.cost_nanousd} exact />
          {event.usage_source === "provider" ? "" : " (estimate)"}
        </Fact>
        <Fact name="When">
          <When instant={event.occurred_at} />
        </Fact>
        <Fact name="Provider">
          <ProviderName provider={event.provider} />
        </Fact>
        {event.model_served !== null && event.model_served !== event.model_requested ? (
          <Fact name="Model served">{event.model_served}</Fact>
        ) : null}
        <Fact name="Endpoint">{event.endpoint}</Fact>
        <Fact name="Virtual key">
          {event.virtual_key_id === null ? "none: reported usage" : (names.keys[event.virtual_key_id] ?? "unknown")}
        </Fact>
        <Fact name="Member">
          {event.member_id === null ? "none" : (names.members[event.member_id] ?? "a former member")}
        </Fact>
        <Fact name="Status">{event.status ?? "none"}</Fact>
        <Fact name="Streamed">{event.stream ? "yes" : "no"}</Fact>
        {event.ttfb_ms === null ? null : <Fact name="First byte after">{shortDuration(event.ttfb_ms)}</Fact>}
        {event.duration_ms === null ? null : <Fact name="Took">{shortDuration(event.duration_ms)}</Fact>}
        <Fact name="Usage from">{USAGE_SOURCES[event.usage_source] ?? event.usage_source}</Fact>
      </Facts>
      <h3 className="mt-4 mb-1">Tokens</h3>
      {buckets.length === 0 ? (
        <p className="text-muted">None.</p>
      ) : (
        <Facts>
          {buckets.map(([bucket, label]) => (
            <Fact key={bucket} name={label}>
              {exactCount(event.usage[bucket] ?? 0)}
            </Fact>
          ))}
          {Object.entries(event.extra_units).map(([unit, count]) => (
            <Fact key={unit} name={unit.replaceAll("_", " ")}>
              {exactCount(count)}
            </Fact>
          ))}
        </Facts>
      )}
      <h3 className="mt-4 mb-1">To find it again</h3>
      <Facts>
        <CopyFact name="Request id" value={event.request_id} />
        {event.id === event.request_id ? null : <CopyFact name="Event id" value={event.id} />}
        {event.upstream_request_id === null ? null : (
          <CopyFact name="Provider’s request id" value={event.upstream_request_id} />
        )}
        {event.price_version === null ? null : <CopyFact name="Price version" value={event.price_version} />}
      </Facts>
    </>
  );
}

function RefusalFacts({ refusal, names }: { readonly refusal: Refusal; readonly names: Names }) {
  return (
    <>
      <p className="mb-3">{reasonOf(refusal.code)}</p>
      <Facts>
        <Fact name="Cost">
          <Money nanousd="0" exact /> (no call was made)
        </Fact>
        <Fact name="When">
          <When instant={refusal.occurred_at} />
        </Fact>
        <Fact name="Answered">
          {refusal.status} {refusal.code}
        </Fact>
        <Fact name="Provider">
          <ProviderName provider={refusal.provider} />
        </Fact>
        <Fact name="Endpoint">{refusal.endpoint}</Fact>
        <Fact name="Virtual key">{names.keys[refusal.virtual_key_id] ?? "unknown"}</Fact>
        <Fact name="Member">{names.members[refusal.member_id] ?? "a former member"}</Fact>
        <CopyFact name="Request id" value={refusal.request_id} />
      </Facts>
    </>
  );
}

const USAGE_SOURCES: Readonly<Record<string, string>> = {
  provider: "the provider",
  partial: "the provider, in part",
  estimated: "an estimate",
  none: "nothing",
};

function Facts({ children }: { readonly children: ReactNode }) {
  return <dl className="grid gap-1 text-xs">{children}</dl>;
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="flex justify-between gap-4">
      <dt className="flex-none text-muted">{name}</dt>
      <dd className="min-w-0 break-words text-right tabular-nums">{children}</dd>
    </div>
  );
}

function CopyFact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <Fact name={name}>
      <span className="inline-flex items-start gap-1">
        <code className="break-all font-mono">{value}</code>
        <CopyButton text={value} label={`Copy: ${name}`} quiet />
      </span>
    </Fact>
  );
}
