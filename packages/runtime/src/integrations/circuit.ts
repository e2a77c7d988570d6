export interface CircuitRule {
  /** Failures in a row that open it. */
  readonly failures: number;
  /** How long it then stays open before one probe is let through. */
  readonly openMs: number;
}

/** `failed`: the provider is down. `answered`: it is there. `unknown`: the call says nothing about the provider. */
export type CircuitOutcome = "failed" | "answered" | "unknown";
export type CircuitState = "closed" | "open" | "half-open";

export type Passage =
  | { readonly open: true; settle(outcome: CircuitOutcome): void }
  | { readonly open: false; readonly retryAfterMs: number };

/**
 * closed —(so many failures in a row)→ open —(after a while)→ half-open —(the probe is answered)→ closed
 *                                        ↑————————(the probe fails)————————┘
 * Half-open lets one call at a time through. A probe that says nothing lets another follow. Calls that began before the
 * last change of state are not counted: what was sent to a provider before it fell says nothing of its recovery.
 */
export class Circuit {
  readonly #rule: CircuitRule;
  readonly #elapsed: () => number;
  readonly #changed: (state: CircuitState) => void;
  #state: CircuitState = "closed";
  #failures = 0;
  #openedAt = 0;
  #probing = false;
  #era = 0;

  constructor(rule: CircuitRule, elapsed: () => number, changed: (state: CircuitState) => void) {
    this.#rule = rule;
    this.#elapsed = elapsed;
    this.#changed = changed;
  }

  get state(): CircuitState {
    return this.#state;
  }

  enter(): Passage {
    if (this.#state === "open") {
      const left = this.#openedAt + this.#rule.openMs - this.#elapsed();
      // Written so that a clock that gives no number keeps it shut.
      if (!(left <= 0)) return { open: false, retryAfterMs: Number.isNaN(left) ? this.#rule.openMs : left };
      this.#become("half-open");
    }
    const isProbe = this.#state === "half-open";
    if (isProbe && this.#probing) return { open: false, retryAfterMs: this.#rule.openMs };
    this.#probing = isProbe;
    const era = this.#era;
    let settled = false;
    return {
      open: true,
      settle: (outcome) => {
        if (settled || era !== this.#era) return;
        settled = true;
        this.#settle(outcome, isProbe);
      },
    };
  }

  #settle(outcome: CircuitOutcome, isProbe: boolean): void {
    if (isProbe) this.#probing = false;
    if (outcome === "answered") {
      this.#failures = 0;
      if (isProbe) this.#become("closed");
    }
    if (outcome === "failed") {
      this.#failures += 1;
      if (isProbe || this.#failures >= this.#rule.failures) {
        this.#openedAt = this.#elapsed();
        this.#become("open");
      }
    }
  }

  #become(state: CircuitState): void {
    this.#state = state;
    this.#era += 1;
    this.#failures = 0;
    this.#probing = false;
    this.#changed(state);
  }
}
