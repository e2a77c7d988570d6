"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import type { Page, VirtualKey } from "@/api/answers.ts";
import type { ProblemInfo } from "@/api/problem.ts";
import { send } from "@/api/send.ts";
import { Empty } from "@/components/feedback/empty.tsx";
import { ProblemNote } from "@/components/feedback/problem-note.tsx";
import { ConfirmByName } from "@/components/form/confirm-by-name.tsx";
import { useSession } from "@/components/shell/session-context.tsx";
import { ChangeLimit } from "./change-limit.tsx";
import { VirtualKeyRow } from "./virtual-key-row.tsx";

interface ListProps {
  readonly initial: readonly VirtualKey[];
  readonly nextCursor: string | null;
  readonly members: readonly { readonly id: string; readonly name: string }[];
}

export function VirtualKeyList({ initial, nextCursor, members }: ListProps) {
  const router = useRouter();
  const session = useSession();
  // What was read on before a change belongs to the list before it.
  const [read, setRead] = useState<{
    after: ListProps["initial"];
    items: readonly VirtualKey[];
    cursor: string | null;
  }>();
  const { items: more, cursor } = read?.after === initial ? read : { items: [], cursor: nextCursor };
  const [problem, setProblem] = useState<ProblemInfo | null>(null);
  const [showEnded, setShowEnded] = useState(false);
  const [act, setAct] = useState<{ kind: "revoke" | "limit"; virtualKey: VirtualKey } | null>(null);
  const readMore = async (): Promise<void> => {
    const answer = await send<Page<VirtualKey>>(
      "GET",
      `/api/v1/virtual-keys?include_revoked=true&limit=200&cursor=${encodeURIComponent(cursor ?? "")}`,
      {
        organisationId: session?.organisationId ?? null,
      },
    );
    if (!answer.ok) {
      setProblem(answer.problem);
      return;
    }
    setRead({ after: initial, items: [...more, ...answer.data.items], cursor: answer.data.next_cursor });
  };
  const all = [...initial, ...more];
  const ended = all.filter(({ status }) => status === "revoked" || status === "expired").length;
  const shown = all.filter(({ status }) => showEnded || (status !== "revoked" && status !== "expired"));
  const nameOf = (memberId: string): string => members.find(({ id }) => id === memberId)?.name ?? "a former member";
  const done = (): void => {
    setAct(null);
    router.refresh();
  };
  return (
    <div className="grid gap-3">
      <div className="panel overflow-x-auto">
        {shown.length === 0 ? (
          <Empty title="No virtual key in use">
            Mint one, give it a limit, and put it where your application has its API key.
          </Empty>
        ) : (
          <table className="rows">
            <caption className="sr-only">Virtual keys, newest first, with what each has spent</caption>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Key</th>
                <th scope="col">Mode</th>
                <th scope="col">Spent</th>
                <th scope="col">For</th>
                <th scope="col">Minted</th>
                <th scope="col">
                  <span className="sr-only">Acts</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((virtualKey) => (
                <VirtualKeyRow
                  key={virtualKey.id}
                  virtualKey={virtualKey}
                  memberName={nameOf(virtualKey.member_id)}
                  onAct={(kind) => setAct({ kind, virtualKey })}
                />
              ))}
            </tbody>
          </table>
        )}
      </div>
      {problem === null ? null : <ProblemNote problem={problem} />}
      <div className="flex flex-wrap gap-4 text-xs">
        {cursor === null ? null : (
          <button type="button" className="button" onClick={() => void readMore()}>
            Show more
          </button>
        )}
        {ended > 0 ? (
          <button type="button" className="link" onClick={() => setShowEnded(!showEnded)}>
            {showEnded ? "Hide revoked and expired" : `Show revoked and expired (${ended})`}
          </button>
        ) : null}
      </div>
      {act?.kind === "limit" ? (
        <ChangeLimit virtualKey={act.virtualKey} onClose={() => setAct(null)} onDone={done} />
      ) : null}
      {act?.kind === "revoke" ? (
        <ConfirmByName
          title="Revoke this virtual key"
          name={act.virtualKey.name}
          verb="Revoke"
          path={`/api/v1/virtual-keys/${act.virtualKey.id}`}
          onClose={() => setAct(null)}
          onDone={done}
        >
          <p>
            Within a second every call with it is refused and calls under way are ended and settled. Whatever carries it
            needs another key. This cannot be undone.
          </p>
        </ConfirmByName>
      ) : null}
    </div>
  );
}
