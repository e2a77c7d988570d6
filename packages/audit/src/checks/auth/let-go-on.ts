import type { Node } from "oxc-parser";
import { isRoleName } from "../../knowledge/names.ts";
import { ignoredCheck, swallowedCheck } from "../../rules/catalogue.ts";
import type { Judged, Report } from "../../rules/rule.ts";
import type { Despite, Operation } from "../../trace/operation.ts";
import type { Value } from "../../values/value.ts";

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

/**
 * A caller who may not is told so, nothing returns, and what they asked for is done all the same. What is done first
 * without the right is where it shows.
 */
export function refusedAndDone({ trace }: Judged, report: Report): boolean {
  for (const [at, one] of trace.operations.entries()) {
    if (one.kind !== "test" || one.denies !== "neither" || !asksForRights(one.value)) continue;
    const branch = one.consequent;
    if (branch === null || !trace.operations.some((other) => other.kind === "respond" && refuses(other, one, branch)))
      continue;
    const end = (one.whole ?? branch).end;
    const after = trace.operations
      .slice(at)
      .filter(
        (other) =>
          other.kind === "query" &&
          other.place.file === one.place.file &&
          other.place.node.start >= end &&
          other.facts.has("auth") &&
          !other.facts.has("role") &&
          other.within.at(-1)?.node === one.within.at(-1)?.node,
      );
    const first = after.find((other) => other.kind === "query" && !/^(?:read|list|count)$/.test(other.query.verb));
    const done = first ?? after[0];
    if (done === undefined) continue;
    report.violated(ignoredCheck, done.place, SAYS.refused, done);
    return true;
  }
  return false;
}

function refuses(one: Extract<Operation, { kind: "respond" }>, test: Operation, { start, end }: Node): boolean {
  const { file, node } = one.place;
  return (
    file === test.place.file &&
    node.start >= start &&
    node.end <= end &&
    one.status?.k === "literal" &&
    (one.status.value === 401 || one.status.value === 403)
  );
}

function asksForRights(value: Value, depth = 0): boolean {
  if (depth > 6) return false;
  if (value.k === "principal" || value.k === "rows") return isRoleName(value.path);
  if (value.k === "derived") return value.args.some((arg) => asksForRights(arg, depth + 1));
  return value.k === "choice" && value.alternatives.some((one) => asksForRights(one.value, depth + 1));
}
