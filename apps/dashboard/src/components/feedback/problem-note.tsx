"use client";

import type { ProblemInfo } from "@/api/problem.ts";
import { Icon } from "@/components/icons/icon.tsx";
import { CopyButton } from "@/components/secrets/copy-button.tsx";

interface ProblemNoteProps {
  readonly problem: ProblemInfo;
  /** What was kept or not changed, and what to do next. */
  readonly next?: string;
}

/** What happened, what was kept, what to do next, and the request id that copies. */
export function ProblemNote({ problem, next }: ProblemNoteProps) {
  const wait = problem.retryAfterSeconds;
  return (
    <div role="alert" className="flex gap-2 rounded-md bg-danger-wash p-3 text-danger">
      <Icon name="warning" className="mt-0.5" />
      <div className="min-w-0 space-y-1">
        <p className="font-medium">{problem.detail ?? `${problem.title}.`}</p>
        {problem.detail === null && problem.fields.length > 0 ? (
          <p>Look at: {problem.fields.map(plain).join(", ")}.</p>
        ) : null}
        {wait === null ? null : <p>Try again in {wait < 90 ? `${wait} s` : `${Math.ceil(wait / 60)} min`}.</p>}
        {next ? <p className="text-ink">{next}</p> : null}
        {problem.requestId === null ? null : (
          <p className="flex flex-wrap items-center gap-x-2 text-xs text-ink">
            Request <code className="break-all font-mono">{problem.requestId}</code>
            <CopyButton text={problem.requestId} label="Copy the request id" quiet />
          </p>
        )}
      </div>
    </div>
  );
}

/** `body.limit_usd` → `limit usd`. */
function plain(path: string): string {
  return path.replace(/^(?:body|query|headers|params)\./, "").replaceAll("_", " ");
}
