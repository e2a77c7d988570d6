import { ok, skipped, warning, type Finding } from "./finding.ts";
import type { Patient } from "./patient.ts";

/** Each process runs as a user of its own, or why not. */
export function checkSeparation({ separation }: Patient): Finding {
  if (separation.kind === "distinct") {
    const { gateway, sandbox } = separation.accounts;
    return ok("users", `each process runs as a user of its own (${gateway.uid}–${sandbox.uid})`);
  }
  const detail = `all processes run as one user: ${separation.why}`;
  // By choice of the operator: nothing to mend, but said.
  return separation.mend === null ? skipped("users", detail) : warning("users", detail, separation.mend);
}
