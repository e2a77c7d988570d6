import type { JobKey } from "@meterr/runtime";

/**
 * What becomes of runs that were due while nobody ran them.
 * `skip`: they are left out; a run is late, not missed, for `graceSeconds`. `once`: the latest stands for all of them.
 * `{ each: n }`: each is made up for, oldest first, the latest n at most (1 to 100); older ones are left out.
 */
export type MissedRuns = "skip" | "once" | { readonly each: number };

export interface Schedule {
  /** Unique in the database: the lock and the row are found by it. */
  readonly name: string;
  /** Five parts, or a nickname such as `@daily`. */
  readonly pattern: string;
  /** IANA, for example `Europe/Berlin` or `UTC`. Never the server's own by default. */
  readonly timeZone: string;
  readonly missed: MissedRuns;
  /** How late a run may begin and still count as on time, with `skip`. Default 60. */
  readonly graceSeconds?: number;
  /** Its idempotency key must tell two due instants apart that are two runs: `dueInstant` does. */
  readonly job: JobKey;
}

/** For a job's `idempotencyKey`: each due instant is one run, whoever begins it and however often. */
export function dueInstant({ at }: { readonly at: Date }): string {
  return at.toISOString();
}
