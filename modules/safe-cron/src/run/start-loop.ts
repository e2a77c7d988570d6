/** Waits so many milliseconds, or less when the signal aborts. */
export type Wait = (milliseconds: number, signal: AbortSignal) => Promise<void>;

// The clock may be set and the machine may sleep, so it is looked at again at least this often.
const LONGEST_MS = 60_000;

export interface RunningCron {
  /** Ends the run under way (its tenant is rolled back) and resolves when nothing runs any more. */
  stop(): Promise<void>;
}

/** Looks, waits until something is due, and looks again, until stopped. `look` never rejects. */
export function startLoop(
  look: (signal: AbortSignal) => Promise<unknown>,
  untilDue: () => number,
  wait: Wait,
): RunningCron {
  const ending = new AbortController();
  const loop = (async () => {
    while (!ending.signal.aborted) {
      await look(ending.signal);
      if (ending.signal.aborted) return;
      await wait(Math.min(Math.max(untilDue(), 1), LONGEST_MS), ending.signal);
    }
  })();
  // `stop` says so; in between nobody is listening.
  loop.catch(() => undefined);
  return {
    async stop() {
      ending.abort();
      await loop;
    },
  };
}

/** By the platform's timer. */
export const timerWait: Wait = async (milliseconds, signal) => {
  if (signal.aborted) return;
  const over = Promise.withResolvers<void>();
  const end = (): void => over.resolve();
  const timer = setTimeout(end, milliseconds);
  signal.addEventListener("abort", end, { once: true });
  await over.promise;
  clearTimeout(timer);
  signal.removeEventListener("abort", end);
};
