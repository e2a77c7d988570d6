import type { ProblemInfo } from "@/api/problem.ts";
import { ProblemNote } from "./problem-note.tsx";

/** In place of what a page could not read. */
export function PageProblem({ problem }: { readonly problem: ProblemInfo }) {
  const refused = problem.status === 403;
  return (
    <ProblemNote
      problem={refused ? { ...problem, detail: "Your role does not include this page." } : problem}
      next={refused ? "Ask an owner or an administrator." : "Nothing was changed. Reload the page to try again."}
    />
  );
}
