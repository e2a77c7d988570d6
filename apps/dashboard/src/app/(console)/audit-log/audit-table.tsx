"use client";

import { useState } from "react";
import type { AuditEntry, Page } from "@/api/answers.ts";
import type { ProblemInfo } from "@/api/problem.ts";
import { send } from "@/api/send.ts";
import { Empty } from "@/components/feedback/empty.tsx";
import { ProblemNote } from "@/components/feedback/problem-note.tsx";
import { When } from "@/components/figures/when.tsx";
import { useSession } from "@/components/shell/session-context.tsx";
import { actionWords } from "./audit-path.ts";
import { EntryDetails } from "./entry-details.tsx";

export function AuditTable({ first, path }: { readonly first: Page<AuditEntry>; readonly path: string }) {
  const organisationId = useSession()?.organisationId ?? null;
  const [page, setPage] = useState(first);
  const [problem, setProblem] = useState<ProblemInfo | null>(null);
  const more = async (): Promise<void> => {
    const answer = await send<Page<AuditEntry>>("GET", `${path}&cursor=${page.next_cursor ?? ""}`, { organisationId });
    if (!answer.ok) {
      setProblem(answer.problem);
      return;
    }
    setProblem(null);
    setPage({ items: [...page.items, ...answer.data.items], next_cursor: answer.data.next_cursor });
  };
  return (
    <div className="grid gap-3">
      <div className="panel overflow-x-auto">
        {page.items.length === 0 ? (
          <Empty title="No entry matches">Clear the filter to see them all.</Empty>
        ) : (
          <table className="rows">
            <caption className="sr-only">Entries, newest first</caption>
            <thead>
              <tr>
                <th scope="col">What</th>
                <th scope="col">Who</th>
                <th scope="col">When</th>
                <th scope="col">Details</th>
                <th scope="col" className="number">
                  Number
                </th>
              </tr>
            </thead>
            <tbody>
              {page.items.map((entry) => (
                <tr key={entry.id} id={`entry-${entry.sequence}`}>
                  <th scope="row">{actionWords(entry.action)}</th>
                  <td data-label="Who">
                    <span className="wrap-anywhere">{entry.actor.label}</span>
                  </td>
                  <td data-label="When" className="text-muted">
                    <When instant={entry.at} />
                  </td>
                  <td data-label="Details">
                    <EntryDetails entry={entry} />
                  </td>
                  <td data-label="Number" className="number text-muted">
                    {entry.sequence}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
      {problem === null ? null : <ProblemNote problem={problem} />}
      {page.next_cursor === null ? null : (
        <button type="button" className="button justify-self-start" onClick={() => void more()}>
          Show older
        </button>
      )}
    </div>
  );
}
