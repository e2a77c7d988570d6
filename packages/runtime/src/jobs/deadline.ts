/** Why work was given up: it took too long, or the run was ended from outside. */
export class GivenUp extends Error {
  override readonly name = "GivenUp";
  readonly outcome: "timed_out" | "interrupted";

  constructor(outcome: "timed_out" | "interrupted") {
    super(outcome);
    this.outcome = outcome;
  }
}

export interface Deadline {
  /** Aborts at the deadline, and with the outer signal. */
  readonly signal: AbortSignal;
  /** The work's own outcome, or a rejection with GivenUp, whichever is first. Work given up is not waited for. */
  race<T>(work: Promise<T>): Promise<T>;
  clear(): void;
}

/** Counts from now. */
export function startDeadline(milliseconds: number, outer: AbortSignal): Deadline {
  const controller = new AbortController();
  const over = Promise.withResolvers<never>();
  over.promise.catch(() => undefined);
  const giveUp = (outcome: "timed_out" | "interrupted"): void => {
    const reason = new GivenUp(outcome);
    over.reject(reason);
    controller.abort(reason);
  };
  const timer = setTimeout(giveUp, milliseconds, "timed_out");
  const interrupt = (): void => giveUp("interrupted");
  if (outer.aborted) interrupt();
  else outer.addEventListener("abort", interrupt, { once: true });
  return {
    signal: controller.signal,
    race: (work) => Promise.race([work, over.promise]),
    clear() {
      clearTimeout(timer);
      outer.removeEventListener("abort", interrupt);
    },
  };
}

/** `work`, given up after so many milliseconds or when the signal aborts. */
export async function within<T>(milliseconds: number, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const deadline = startDeadline(milliseconds, signal);
  try {
    return await deadline.race(work());
  } finally {
    deadline.clear();
  }
}

// A timer of more than 2^31 ms fires at once; nobody means to wait longer than an hour between two attempts.
const LONGEST_PAUSE_MS = 3_600_000;

/** Waits, an hour at most, or less when the signal aborts. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (!(milliseconds > 0) || signal.aborted) return;
  const over = Promise.withResolvers<void>();
  const end = (): void => over.resolve();
  const timer = setTimeout(end, Math.min(milliseconds, LONGEST_PAUSE_MS));
  signal.addEventListener("abort", end, { once: true });
  await over.promise;
  clearTimeout(timer);
  signal.removeEventListener("abort", end);
}
