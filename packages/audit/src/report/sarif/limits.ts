/**
 * What GitHub takes of one run ("SARIF results exceed one or more limits"): more is refused as a whole, so it is left out
 * here, the least severe first, and said in a notification.
 */
export const LIMITS = {
  results: 25_000,
  rules: 25_000,
  /** 10,000 are taken and 1,000 shown. */
  stepsOfPath: 1_000,
  /** 20 are taken and 10 shown. */
  tags: 10,
  /** Of the whole file, compressed. 10 MB are taken; the rest of the file needs room as well. */
  gzipBytes: 9_000_000,
  /** No text of ours comes near; the one who writes judged code could. */
  messageLength: 1_000,
} as const;
