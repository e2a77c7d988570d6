"use client";

import { useState } from "react";
import type { AuditVerdict } from "@/api/answers.ts";
import type { ProblemInfo } from "@/api/problem.ts";
import { send } from "@/api/send.ts";
import { ProblemNote } from "@/components/feedback/problem-note.tsx";
import { When } from "@/components/figures/when.tsx";
import { Icon } from "@/components/icons/icon.tsx";
import { useSession } from "@/components/shell/session-context.tsx";

/** Computes the chain again on the server and says how far it holds, or which entry is the first bad one. */
export function Verify() {
  const organisationId = useSession()?.organisationId ?? null;
  const [pending, setPending] = useState(false);
  const [verdict, setVerdict] = useState<AuditVerdict | null>(null);
  const [problem, setProblem] = useState<ProblemInfo | null>(null);
  const verify = async (): Promise<void> => {
    setPending(true);
    const answer = await send<AuditVerdict>("GET", "/api/v1/audit-log/verify", { organisationId });
    setPending(false);
    setVerdict(answer.ok ? answer.data : null);
    setProblem(answer.ok ? null : answer.problem);
  };
  return (
    <section aria-label="Verification" className="panel flex flex-wrap items-center gap-3 p-4">
      <button type="button" className="button" disabled={pending} aria-busy={pending} onClick={() => void verify()}>
        <Icon name="check" /> {pending ? "Verifying…" : "Verify the log"}
      </button>
      <div aria-live="polite" className="min-w-0 flex-1">
        {problem !== null ? (
          <ProblemNote problem={problem} next="Nothing is known of the log by this. Try again shortly." />
        ) : verdict === null ? (
          <p className="text-muted">
            Follows the whole chain and compares it with the head signed outside the database.
          </p>
        ) : verdict.intact ? (
          <p className="flex gap-2 text-good">
            <Icon name="check" className="mt-0.5" />
            <span>
              Chain intact up to {verdict.entries_followed}
              {verdict.signed_head === null ? "; no head is signed yet." : ", head signed "}
              {verdict.signed_head === null ? null : (
                <>
                  at {verdict.signed_head.sequence}, <When instant={verdict.signed_head.at} />.
                </>
              )}
            </span>
          </p>
        ) : (
          <p className="flex gap-2 text-danger">
            <Icon name="warning" className="mt-0.5" />
            <span>
              <strong>
                Entry {verdict.first_bad?.sequence} is the first bad one: {verdict.first_bad?.problem}.
              </strong>{" "}
              {verdict.first_bad?.detail}
            </span>
          </p>
        )}
      </div>
    </section>
  );
}
