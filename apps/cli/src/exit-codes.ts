/**
 * Exit codes of `meterr`. 0–4 are those of the API client commands; 78 is EX_CONFIG of sysexits.h,
 * which the server processes use too when they refuse their settings.
 */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  refused: 3,
  unreachable: 4,
  configuration: 78,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
