/** Time, passed in wherever something waits or expires, so that tests need not sleep. */
export interface Clock {
  /** Milliseconds since 1970 UTC; may jump when the machine's clock is set. */
  now(): number;
  /** Milliseconds from any beginning; never goes back. */
  elapsed(): number;
  /** Resolves after so many milliseconds, or at once when the signal aborts. Never rejects. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** Longer ones would overflow setTimeout's 32 bits and fire at once. */
const MAX_WAIT = 2 ** 31 - 1;

export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    elapsed: () => performance.now(),
    wait: (milliseconds, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const done = (): void => {
          clearTimeout(timer);
          signal.removeEventListener("abort", done);
          resolve();
        };
        // Timers drop fractions and fire up to a millisecond early by `performance.now`: too soon is not waited for.
        const timer = setTimeout(done, Math.min(Math.max(0, Math.ceil(milliseconds) + 1), MAX_WAIT));
        signal.addEventListener("abort", done);
      }),
  };
}
