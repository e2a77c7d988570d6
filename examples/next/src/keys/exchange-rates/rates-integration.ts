import { integrationKey, type Integration, type KeyManifest, type Secret } from "@meterr/runtime";
import { z } from "zod";

const answer = z.object({ rate: z.number().positive().finite() });

/** How much of a currency one euro is. */
export function ratesIntegration(manifest: KeyManifest, key: Secret, origin: string): Integration<string, number> {
  return integrationKey({
    manifest,
    name: "exchange.rates",
    secrets: { RATES_API_KEY: key },
    origins: [origin],
    limit: { points: 10, seconds: 1, concurrent: 10 },
    timeout: { attemptMs: 1_000, totalMs: 2_500 },
    retry: { attempts: 2, baseMs: 50, maxMs: 200, maxRetryAfterMs: 60_000 },
    circuit: { failures: 5, openMs: 10_000 },
    maxResponseBytes: 4_096,
    call: async (currency, { fetch, secrets }) => {
      const response = await fetch(`${origin}/v1/rates/EUR/${encodeURIComponent(currency)}`, {
        headers: { authorization: `Bearer ${secrets.RATES_API_KEY.reveal()}` },
      });
      return answer.parse(await response.json()).rate;
    },
  });
}
