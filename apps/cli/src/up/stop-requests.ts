import type { EventEmitter } from "node:events";

/**
 * Milliseconds in which further signals count as the same wish: npm and the launcher pass a Ctrl-C on
 * that the terminal has already given to everyone.
 */
const sameWish = 750;

/** The wishes of whoever runs the command: the first signal asks to drain, a later one to end at once. */
export class StopRequests {
  readonly #drain = new AbortController();
  readonly #force = new AbortController();
  readonly #signals: EventEmitter;
  readonly #listener: () => void;

  constructor(signals: EventEmitter, now: () => number = () => performance.now()) {
    this.#signals = signals;
    let first: number | undefined;
    this.#listener = () => {
      if (first === undefined) {
        first = now();
        this.#drain.abort();
      } else if (now() - first >= sameWish) this.#force.abort();
    };
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) signals.on(name, this.#listener);
  }

  /** Aborted by the first signal. */
  get drain(): AbortSignal {
    return this.#drain.signal;
  }

  /** Aborted by a later one. */
  get force(): AbortSignal {
    return this.#force.signal;
  }

  /** Leaves the signals to their default again. */
  forget(): void {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) this.#signals.off(name, this.#listener);
  }
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
