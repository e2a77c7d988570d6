import type { ProblemInfo } from "@/api/problem.ts";

/** Why a new password was refused, to be said at its field; undefined when that is not what went wrong. */
export function passwordRefusal(problem: ProblemInfo | null): string | undefined {
  return problem?.code === "password_refused" ? (problem.detail ?? `${problem.title}.`) : undefined;
}
