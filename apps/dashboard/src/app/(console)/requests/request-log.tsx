"use client";

import { useState } from "react";
import { Empty } from "@/components/feedback/empty.tsx";
import { ProblemNote } from "@/components/feedback/problem-note.tsx";
import { Icon } from "@/components/icons/icon.tsx";
import { counted } from "@/format/counts.ts";
import { mergeRequests, type Read } from "./merge-requests.ts";
import type { Names } from "./names.ts";
import { RequestDetail } from "./request-detail.tsx";
import { passes, type RequestFilter } from "./request-filter.ts";
import { RequestTable } from "./request-table.tsx";
import { useRequests } from "./use-requests.ts";

interface RequestLogProps {
  readonly filter: RequestFilter;
  readonly first: Read;
  readonly names: Names;
  readonly opened: string | null;
}

export function RequestLog({ filter, first, names, opened }: RequestLogProps) {
  const { read, problem, paused, setPaused, more, hasMore, pending } = useRequests(filter, first);
  const [chosen, setChosen] = useState(opened);
  const rows = mergeRequests(read, (refusal) => passes(refusal, filter));
  const row = rows.find(({ id }) => id === chosen);

  const choose = (id: string | null): void => {
    setChosen(id);
    const url = new URL(window.location.href);
    if (id === null) url.searchParams.delete("request");
    else url.searchParams.set("request", id);
    window.history.replaceState(null, "", url);
    if (id === null && chosen !== null) document.getElementById(`request-${chosen}`)?.focus();
  };
  return (
    <div className={row === undefined ? "" : "items-start gap-4 xl:grid xl:grid-cols-[minmax(0,1fr)_360px]"}>
      <div className="grid min-w-0 gap-3">
        <div className="flex flex-wrap items-center justify-between gap-2 text-xs text-muted">
          <output>
            {counted(rows.length, "row")} shown{hasMore ? ", older ones below" : ""}
          </output>
          <button type="button" className="button" onClick={() => setPaused(!paused)}>
            <Icon name={paused ? "play" : "pause"} />
            {paused ? "Resume refreshing" : "Pause refreshing"}
          </button>
        </div>
        {problem === null ? null : (
          <ProblemNote problem={problem} next="What was read before is kept. It is tried again by itself." />
        )}
        <div className="panel overflow-x-auto">
          {rows.length === 0 ? (
            <Empty title="No request here yet">
              {hasMore
                ? "None of those read so far match. Older ones may."
                : "A call made with a virtual key appears by itself. With a filter set, clear it."}
            </Empty>
          ) : (
            <RequestTable rows={rows} names={names} chosen={chosen} narrow={row !== undefined} onChoose={choose} />
          )}
        </div>
        {hasMore ? (
          <button type="button" className="button justify-self-start" disabled={pending} onClick={() => void more()}>
            Show older
          </button>
        ) : null}
      </div>
      {row === undefined ? null : <RequestDetail key={row.id} row={row} names={names} onClose={() => choose(null)} />}
    </div>
  );
}
