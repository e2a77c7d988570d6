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

/** Waits, or less when the signal aborts. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (!(milliseconds > 0) || signal.aborted) return;
  const over = Promise.withResolvers<void>();
  const end = (): void => over.resolve();
  const timer = setTimeout(end, milliseconds);
  signal.addEventListener("abort", end, { once: true });
  await over.promise;
  clearTimeout(timer);
  signal.removeEventListener("abort", end);
}
