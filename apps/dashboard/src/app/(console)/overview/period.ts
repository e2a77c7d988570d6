export const PERIODS = [7, 30, 90] as const;
export type Period = (typeof PERIODS)[number];

/** The period an address names; 30 days for anything else. */
export function periodOf(asked: string | undefined): Period {
  return PERIODS.find((days) => String(days) === asked) ?? 30;
}
