import type { DueTimes } from "./due-times.ts";
import type { MissedRuns } from "./schedule.ts";

/** What to do now: make a run, leave runs out up to an instant, or nothing. */
export type Choice =
  | { readonly kind: "run"; readonly at: Date; /** Runs before it were left out. */ readonly leftOut: boolean }
  | { readonly kind: "leave out"; readonly upTo: Date }
  | { readonly kind: "nothing" };

/** By the policy for missed runs, with the schedule kept up to `doneUpTo`. Pure. */
export function chooseRun(
  due: DueTimes,
  policy: { readonly missed: MissedRuns; readonly graceSeconds: number },
  doneUpTo: Date,
  now: Date,
): Choice {
  const most = typeof policy.missed === "object" ? policy.missed.each : 1;
  // One more than may be made up for, to know whether any is left out.
  const open = due
    .latest(now, most + 1)
    .filter((at) => at.getTime() > doneUpTo.getTime() && at.getTime() <= now.getTime());
  const leftOut = open.length > most;
  const at = open.at(-Math.min(most, open.length));
  if (at === undefined) return { kind: "nothing" };
  const late = now.getTime() - at.getTime() > policy.graceSeconds * 1000;
  if (policy.missed === "skip" && late) return { kind: "leave out", upTo: at };
  return { kind: "run", at, leftOut };
}
