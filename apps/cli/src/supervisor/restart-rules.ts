/** When a process that died is started again. */
export interface RestartRules {
  /** Milliseconds to wait before each further start; one more death after the last of them is one too many. */
  delays: readonly number[];
  /** Milliseconds a process must have run for its death to count as the first again. */
  stableAfter: number;
}

/**
 * A hiccup costs a quarter of a second; a process that cannot live is given up after about
 * 16 seconds of trying rather than hidden behind endless restarts.
 */
export const restartRules: RestartRules = {
  delays: [250, 500, 1_000, 2_000, 4_000, 8_000],
  stableAfter: 60_000,
};
