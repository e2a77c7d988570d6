import type { Clock } from "../clock/clock.ts";

export interface FakeClock extends Clock {
  /** Lets time pass, waking whoever waits in order and letting each go on before the next wakes. */
  advance(milliseconds: number): Promise<void>;
  /** How long each of those waiting still has to wait, shortest first. */
  waiting(): number[];
}

/** A clock that stands still until it is told to go on. */
export function fakeClock(start = Date.UTC(2026, 0, 1)): FakeClock {
  let elapsed = 0;
  const waiters = new Set<{ at: number; wake: () => void }>();
  const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
  return {
    now: () => start + elapsed,
    elapsed: () => elapsed,
    wait(milliseconds, signal) {
      return new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const waiter = {
          at: elapsed + milliseconds,
          wake: () => {
            waiters.delete(waiter);
            resolve();
          },
        };
        waiters.add(waiter);
        signal.addEventListener("abort", waiter.wake, { once: true });
      });
    },
    async advance(milliseconds) {
      const end = elapsed + milliseconds;
      await settle();
      for (;;) {
        const [next] = [...waiters].sort((one, other) => one.at - other.at);
        if (next === undefined || next.at > end) break;
        elapsed = Math.max(elapsed, next.at);
        next.wake();
        await settle();
      }
      elapsed = end;
    },
    waiting: () => [...waiters].map(({ at }) => at - elapsed).sort((one, other) => one - other),
  };
}
