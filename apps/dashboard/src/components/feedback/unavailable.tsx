"use client";

import type { ProblemInfo } from "@/api/problem.ts";
import { Entrance } from "@/components/shell/entrance.tsx";
import { ORGANISATION_COOKIE } from "@/api/cookies.ts";
import { remember } from "@/components/shell/remember.ts";
import { ProblemNote } from "./problem-note.tsx";

/** When not even who visits could be asked. */
export function Unavailable({ problem }: { readonly problem: ProblemInfo }) {
  const retry = (): void => {
    // The organisation chosen before may be one that has let the visitor go.
    if (problem.status === 403) remember(ORGANISATION_COOKIE, null);
    window.location.reload();
  };
  return (
    <Entrance title="This page cannot be shown now" lead="Nothing was changed.">
      <div className="grid gap-4">
        <ProblemNote problem={problem} />
        <button type="button" className="button" onClick={retry}>
          Try again
        </button>
      </div>
    </Entrance>
  );
}
