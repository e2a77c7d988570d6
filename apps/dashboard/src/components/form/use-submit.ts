"use client";

import { useCallback, useState } from "react";
import { useSession } from "@/components/shell/session-context.tsx";
import { send } from "@/api/send.ts";
import type { Answer, ProblemInfo } from "@/api/problem.ts";

export type Method = "POST" | "PUT" | "PATCH" | "DELETE";

export interface Submit {
  readonly pending: boolean;
  readonly problem: ProblemInfo | null;
  /** Sends once at a time; resolves to null while another is under way. */
  submit<T>(method: Method, path: string, body?: unknown): Promise<Answer<T> | null>;
  clear(): void;
}

/** One change at a time, under the organisation the page shows, with its refusal kept for display. */
export function useSubmit(): Submit {
  const organisationId = useSession()?.organisationId ?? null;
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<ProblemInfo | null>(null);

  const submit = useCallback(
    async <T>(method: Method, path: string, body?: unknown): Promise<Answer<T> | null> => {
      if (pending) return null;
      setPending(true);
      setProblem(null);
      const answer = await send<T>(method, path, { body, organisationId });
      setPending(false);
      if (!answer.ok) setProblem(answer.problem);
      return answer;
    },
    [pending, organisationId],
  );
  return { pending, problem, submit, clear: () => setProblem(null) };
}
