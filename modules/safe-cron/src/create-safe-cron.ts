import {
  dataKey,
  keyModule,
  parseManifest,
  reportTo,
  transactionSetting,
  type DataKey,
  type KeyModule,
  type RuntimeHost,
} from "@meterr/runtime";
import manifestJson from "../key.json" with { type: "json" };
import { SafeCronError } from "./errors.ts";
import type { CronReport } from "./run/cron-report.ts";
import { runDue, type Due, type Transaction } from "./run/run-due.ts";
import { startLoop, timerWait, type RunningCron, type Wait } from "./run/start-loop.ts";
import { dueTimes } from "./schedule/due-times.ts";
import type { Schedule } from "./schedule/schedule.ts";

export interface SafeCronOptions {
  /** The host's clock, and where failures are told. A `RuntimeHost` fits. */
  readonly host: Pick<RuntimeHost, "now" | "report">;
  readonly transaction: Transaction;
  readonly schedules: readonly Schedule[];
  /** Default: the platform's timer. */
  readonly wait?: Wait;
}

export interface SafeCron {
  readonly module: KeyModule;
  /** Looks once at every schedule and makes what is due. Never rejects. */
  tick(signal?: AbortSignal): Promise<readonly CronReport[]>;
  /** Goes on looking until stopped. */
  start(): RunningCron;
}

// Of one look: `each` runs one after the other, and more may come due meanwhile.
const MOST_RUNS = 100;

/** Throws SafeCronError `schedule_invalid`. Nothing runs until `tick` or `start`. */
export function createSafeCron(options: SafeCronOptions): SafeCron {
  const { host, transaction } = options;
  const dues: readonly Due[] = options.schedules.map((schedule) => ({ schedule, times: dueTimes(schedule) }));
  if (new Set(dues.map(({ schedule }) => schedule.name)).size !== dues.length) {
    throw new SafeCronError("schedule_invalid", "Two schedules have one name.");
  }
  const tell = (schedule: string, error: unknown): void =>
    reportTo(host, { error, requestId: "", route: `cron ${schedule}` });

  async function look(due: Due, signal: AbortSignal): Promise<CronReport[]> {
    const reports: CronReport[] = [];
    const { name } = due.schedule;
    for (let run = 0; run < MOST_RUNS && !signal.aborted; run += 1) {
      try {
        const report = await runDue(transaction, due, () => host.now(), signal);
        if (report.outcome !== "idle" || reports.length === 0) reports.push(report);
        if (report.outcome === "clock behind") tell(name, new Error("The clock is before what was done already."));
        if (report.outcome !== "ran" && report.outcome !== "left out") break;
      } catch (error) {
        tell(name, error);
        reports.push({ schedule: name, outcome: "failed", at: null, leftOut: false, job: null });
        break;
      }
    }
    return reports;
  }

  const tick = async (signal: AbortSignal = new AbortController().signal): Promise<readonly CronReport[]> =>
    (await Promise.all(dues.map((due) => look(due, signal)))).flat();

  function untilDue({ schedule, times }: Due): number {
    try {
      const now = host.now();
      return times.next(now).getTime() - now.getTime();
    } catch (error) {
      tell(schedule.name, error);
      return Number.POSITIVE_INFINITY;
    }
  }

  /** Each schedule in a loop of its own, so that a long run holds up no other. */
  function start(): RunningCron {
    const wait = options.wait ?? timerWait;
    const loops = dues.map((due) =>
      startLoop(
        (signal) => look(due, signal),
        () => untilDue(due),
        wait,
      ),
    );
    return { stop: async () => void (await Promise.all(loops.map((loop) => loop.stop()))) };
  }

  return Object.freeze({
    module: safeCronModule(),
    tick,
    start,
  });
}

/** The table of schedules, going up and down; `checkAssumptions` asks at boot whether it is there. */
export function safeCronData(): DataKey {
  return dataOf(parseManifest(manifestJson));
}

function safeCronModule(): KeyModule {
  const manifest = parseManifest(manifestJson);
  const sideEffects = ["runs the jobs it is given", "writes how far each schedule has come"];
  return keyModule({ manifest, data: [dataOf(manifest)], sideEffects });
}

function dataOf(manifest: ReturnType<typeof parseManifest>): DataKey {
  return dataKey({
    manifest,
    tables: [{ name: "cron_schedules", global: "how far a schedule has come belongs to no tenant" }],
    assumptions: {
      tenant: transactionSetting(),
      notes: [
        "The role that runs jobs is granted select, insert and update on cron_schedules, and no tenant's request uses it.",
      ],
    },
    up: `create table cron_schedules (
  name text primary key check (char_length(name) between 1 and 64),
  done_up_to timestamptz not null,
  outcome text not null check (outcome in ('registered', 'done', 'incomplete', 'left out')),
  changed_at timestamptz not null
)`,
    down: "drop table cron_schedules",
  });
}
