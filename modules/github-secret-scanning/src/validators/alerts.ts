import { z } from "zod";

/** More than GitHub sends at once; beyond it the deadline would not hold. */
const MAX_MATCHES = 5_000;

// Loose, for GitHub may add members; none of them decides anything here.
const match = z.looseObject({
  token: z.string().min(1).max(8192),
  type: z.string().min(1).max(256),
  url: z.string().max(8192).nullish(),
  source: z.string().max(256).nullish(),
});

export const alertsBody = z.array(match).min(1).max(MAX_MATCHES);

export type AlertMatch = z.infer<typeof match>;
