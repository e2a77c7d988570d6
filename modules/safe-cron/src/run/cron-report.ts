import type { JobReport } from "@meterr/runtime";

/**
 * What happened to one schedule at one look.
 *
 * `registered` seen for the first time, due from now on · `idle` nothing due · `ran` its job came to an end for every
 * tenant, failures included · `left out` missed runs were passed over by policy · `overlap` a run of it is still under
 * way, here or elsewhere · `not run` its job could not list its tenants or was ended; the same run is due again ·
 * `clock behind` the clock is before what was done already; nothing runs · `failed` the database could not be asked.
 */
export interface CronReport {
  readonly schedule: string;
  readonly outcome: "registered" | "idle" | "ran" | "left out" | "overlap" | "not run" | "clock behind" | "failed";
  /** The instant the run was due, or up to which runs were left out. */
  readonly at: Date | null;
  /** True when earlier runs were passed over. */
  readonly leftOut: boolean;
  readonly job: JobReport | null;
}
