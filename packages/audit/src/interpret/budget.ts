export interface Budget {
  readonly steps: number;
  readonly calls: number;
}

/** How much of one entry point is followed. Past any of these its answers are unknown, never proved. */
export const ENTRY_BUDGET: Budget = { steps: 8_000, calls: 14 };
/** A function nobody is seen to call is looked at for itself, and little of what it calls. */
export const FUNCTION_BUDGET: Budget = { steps: 1_500, calls: 3 };
