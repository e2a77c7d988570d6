import type { Ledger } from "./ledger.ts";
import type { SettlementQueue } from "./settlement-queue.ts";

export interface KeepAliveOptions {
  ledger: Ledger;
  queue: SettlementQueue;
  /** Whether a call of this id is running here. */
  isRunning: (id: string) => boolean;
  /** Told of every answered heartbeat, with the newest revocation epoch. */
  onHeartbeat?: (epoch: bigint) => void;
  /** Told of every failure; the next turn tries again. */
  onFailure?: (what: "heartbeat" | "recover" | "sweep", error: unknown) => void;
  /** Default 250 ms: revocation promises a second at most. */
  heartbeatMs?: number;
  /** Looking for what dead gateways left. Default 2,000 ms. */
  recoverMs?: number;
  /** Looking for admissions of our own that nobody here knows. Default 30,000 ms. */
  sweepMs?: number;
}

/** An answer takes at most the role's statement timeout (5 s); older than this, and unknown here, it was lost. */
const lostAfterMs = 20_000;

/**
 * What a gateway does as long as it lives: heartbeat, recovery of dead gateways, and release of admissions whose
 * answer was lost. Each waits for its own last turn. Returns its end, which resolves when no turn is running.
 */
export function keepAlive(options: KeepAliveOptions): () => Promise<void> {
  const { ledger, queue } = options;
  const stops = [
    every(options.heartbeatMs ?? 250, "heartbeat", options, async () => {
      const { epoch } = await ledger.heartbeat();
      options.onHeartbeat?.(epoch);
    }),
    every(options.recoverMs ?? 2_000, "recover", options, async () => {
      await ledger.recover();
    }),
    every(options.sweepMs ?? 30_000, "sweep", options, async () => {
      for (const { org, id } of await ledger.openAdmissions(lostAfterMs)) {
        if (!options.isRunning(id) && !queue.holds(id)) queue.release(org, id);
      }
    }),
  ];
  return async () => {
    await Promise.all(stops.map((stop) => stop()));
  };
}

function every(
  milliseconds: number,
  what: "heartbeat" | "recover" | "sweep",
  options: KeepAliveOptions,
  turn: () => Promise<void>,
): () => Promise<void> {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const run = (): void => {
    const began = performance.now();
    running = turn()
      .catch((error: unknown) => options.onFailure?.(what, error))
      .then(() => {
        if (!stopped) timer = setTimeout(run, Math.max(0, milliseconds - (performance.now() - began)));
      });
  };
  run();
  return () => {
    stopped = true;
    clearTimeout(timer);
    return running;
  };
}
