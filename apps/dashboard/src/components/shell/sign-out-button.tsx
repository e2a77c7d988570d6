"use client";

import { useState } from "react";
import { send } from "@/api/send.ts";
import type { ProblemInfo } from "@/api/problem.ts";
import { ProblemNote } from "@/components/feedback/problem-note.tsx";
import { Icon } from "@/components/icons/icon.tsx";

export function SignOutButton() {
  const [problem, setProblem] = useState<ProblemInfo | null>(null);
  const signOut = async (): Promise<void> => {
    const answer = await send("POST", "/api/auth/sign-out", { body: {} });
    if (answer.ok) window.location.assign("/sign-in");
    else setProblem(answer.problem);
  };
  return (
    <div className="grid justify-items-start gap-3">
      <button type="button" className="button" onClick={() => void signOut()}>
        <Icon name="out" /> Sign out
      </button>
      {problem === null ? null : <ProblemNote problem={problem} next="You are still signed in." />}
    </div>
  );
}
