import { ignoredCheck, swallowedCheck } from "../rules/catalogue.ts";
import type { Judged, Report } from "../rules/rule.ts";
import type { Despite, Operation } from "../trace/operation.ts";

const SAYS: Readonly<Record<Despite["why"], string>> = {
  refused: "The refusal is sent, nothing returns, and the request goes on.",
  caught: "When the check itself fails, the request goes on.",
  unverified: "Whether the token was good is not looked at here, and the request goes on.",
};

/** Where middleware let a request go on that it should have stopped, before this was done: that is where to mend it. */
export function letGoOn({ trace }: Judged, first: Operation, report: Report): void {
  const culprit = trace.operations
    .slice(0, trace.operations.indexOf(first))
    .findLast((one) => one.kind === "continue" && one.despite !== null);
  if (culprit?.kind !== "continue" || culprit.despite === null) return;
  const { why, place } = culprit.despite;
  report.violated(why === "caught" ? swallowedCheck : ignoredCheck, place, SAYS[why], culprit);
}

/** A role or permission that middleware asked for, and let go on without: the rest of the request may be proved well. */
export function grantLost({ trace }: Judged, report: Report): void {
  for (const one of trace.operations) {
    if (one.kind !== "continue" || one.despite === null || !one.facts.has("auth")) continue;
    report.violated(
      one.despite.why === "caught" ? swallowedCheck : ignoredCheck,
      one.despite.place,
      SAYS[one.despite.why],
      one,
    );
    return;
  }
}
