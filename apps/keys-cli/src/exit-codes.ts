/** Exit codes of `keys`, the same for every command. */
export const exitCodes = {
  ok: 0,
  /** A problem was found, or what was asked for could not be done; nothing was left half done. */
  problem: 1,
  usage: 2,
  /** Something could not be told, so "ok" would be a guess. */
  incomplete: 3,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
