import type { Sql } from "@meterr/runtime";
import { chooseRun } from "../schedule/choose-run.ts";
import type { DueTimes } from "../schedule/due-times.ts";
import type { Schedule } from "../schedule/schedule.ts";
import type { CronReport } from "./cron-report.ts";

// The lock is held while the job runs: that pause is not idleness. The scheduler's own statements are short.
const BOUND =
  "select set_config(s.name, case s.name when 'statement_timeout' then '5000' else '0' end, true) from pg_settings s" +
  " where s.name in ('statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')";
// Held to the end of this transaction; PostgreSQL lets go of it when the runner or its connection dies. It takes no
// transaction id, so a long run does not keep PostgreSQL from cleaning up.
const LOCK =
  "select pg_try_advisory_xact_lock(hashtextextended(coalesce(current_schema()::text, '') || '.cron_schedules ' || $1::text, 0)) as locked";
const FIND = "select done_up_to from cron_schedules where name = $1";
const REGISTER =
  "insert into cron_schedules (name, done_up_to, outcome, changed_at) values ($1, $2, 'registered', clock_timestamp())";
const ADVANCE =
  "update cron_schedules set done_up_to = $2, outcome = $3, changed_at = clock_timestamp() where name = $1 and done_up_to < $2";

export interface Due {
  readonly schedule: Schedule;
  readonly times: DueTimes;
}

/** One transaction on one connection, of no tenant. Commits when `work` resolves, rolls back when it rejects. */
export type Transaction = <T>(work: (sql: Sql) => Promise<T>) => Promise<T>;

/** Makes the first run that is due, if any, under the schedule's lock. Rejects as the database does. */
export async function runDue(
  transaction: Transaction,
  { schedule, times }: Due,
  now: () => Date,
  signal: AbortSignal,
): Promise<CronReport> {
  const report = (outcome: CronReport["outcome"], more: Partial<CronReport> = {}): CronReport => ({
    schedule: schedule.name,
    outcome,
    at: null,
    leftOut: false,
    job: null,
    ...more,
  });
  return transaction(async (sql) => {
    await sql.query(BOUND);
    const { rows: lock } = await sql.query<{ locked: boolean }>(LOCK, [schedule.name]);
    if (lock[0]?.locked !== true) return report("overlap");
    // Read under the lock: what was due before it may have been done meanwhile.
    const at = now();
    if (Number.isNaN(at.getTime())) throw new TypeError("The clock gave no time.");
    const { rows: known } = await sql.query<{ done_up_to: Date }>(FIND, [schedule.name]);
    const doneUpTo = known[0]?.done_up_to;
    if (doneUpTo === undefined) {
      await sql.query(REGISTER, [schedule.name, at]);
      return report("registered", { at });
    }
    if (doneUpTo.getTime() > at.getTime()) return report("clock behind", { at: doneUpTo });
    const { missed, graceSeconds = 60 } = schedule;
    const choice = chooseRun(times, { missed, graceSeconds }, doneUpTo, at);
    if (choice.kind === "nothing") return report("idle");
    if (choice.kind === "leave out") {
      await sql.query(ADVANCE, [schedule.name, choice.upTo, "left out"]);
      return report("left out", { at: choice.upTo, leftOut: true });
    }
    const job = await schedule.job({ at: choice.at, signal });
    const ended = job.outcome === "done" || job.outcome === "incomplete";
    if (ended) await sql.query(ADVANCE, [schedule.name, choice.at, job.outcome]);
    return report(ended ? "ran" : "not run", { at: choice.at, leftOut: choice.leftOut, job });
  });
}
