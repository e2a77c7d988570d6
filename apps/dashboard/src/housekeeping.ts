import type { Identity } from "@meterr/identity";
import type { Pool } from "pg";

/** Often enough that nothing dead piles up, seldom enough that nobody notices. Milliseconds. */
const EVERY = 3_600_000;
/** What forget_idempotency_keys takes away at once, at most. */
const BATCH = 10_000;
/** Batches in one round: what is left waits for the next. */
const MOST_BATCHES = 100;

export interface HousekeepingOptions {
  /** Of the dashboard's role. */
  readonly pool: Pick<Pool, "query">;
  readonly identity: Pick<Identity, "purge">;
  readonly everyMs?: number;
  report(error: unknown): void;
}

export interface Housekeeping {
  start(): void;
  /** One round. Never rejects: a failure is reported, and the next round tries again. */
  round(): Promise<void>;
  /** Waits for the round under way. */
  stop(): Promise<void>;
}

/**
 * Removes what is over by itself and would else pile up for ever: sessions, links and attempts at signing in, which any
 * stranger can add to, and the answers kept for repeated requests. Several dashboards may do so at once.
 *
 * stopped → (start) → waiting → (time) → a round → waiting → … → (stop) → stopped
 */
export function housekeeping(options: HousekeepingOptions): Housekeeping {
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;
  let underWay: Promise<void> = Promise.resolve();

  const forgetAnswers = async (): Promise<void> => {
    for (let batch = 0; batch < MOST_BATCHES; batch++) {
      const gone = await options.pool.query<{ gone: number }>("select forget_idempotency_keys() as gone");
      if (stopped || (gone.rows[0]?.gone ?? 0) < BATCH) return;
    }
  };

  const round = async (): Promise<void> => {
    for (const work of [() => options.identity.purge(), forgetAnswers]) await work().catch(options.report);
  };

  const wait = (): void => {
    timer = setTimeout(() => {
      underWay = round().then(() => {
        if (!stopped) wait();
      });
    }, options.everyMs ?? EVERY);
    timer.unref();
  };

  return {
    start: wait,
    round,
    async stop() {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      await underWay;
    },
  };
}
