import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { test } from "node:test";
import type { Outbound } from "@meterr/outbound";
import { Secret } from "@meterr/vault";
import type { Pool } from "pg";
import { ProviderSecretChecker } from "../src/provider-secrets/check-provider-secrets.ts";
import { destinations } from "../src/provider-secrets/destinations.ts";
import type { ProviderSecretCache } from "../src/provider-secrets/provider-secret-cache.ts";

/** One round over secrets whose provider answers as `answers` say; null: it does not answer at all. */
async function round(answers: readonly (number | null)[]): Promise<{ noted: unknown[]; reported: number }> {
  const rows = answers.map(() => ({ org_id: randomUUID(), id: randomUUID(), version: 1 }));
  const noted: unknown[] = answers.map(() => null);
  let reported = 0;
  const pool = {
    query: async (text: string, values: unknown[]) => {
      if (text.includes("unverified_provider_secrets")) return { rows };
      if (text.includes("sealed_provider_secret")) return { rows: [{ provider: "openai", simulated: false }] };
      noted[rows.findIndex(({ id }) => id === values[1])] = values[3];
      return { rows: [] };
    },
  } as unknown as Pool;
  const secret = new Secret(randomBytes(16).toString("hex"));
  const opened = (index: number) => ({ secret, destination: `https://api.openai.com/${index}` });
  const cache = {
    get: async (_: string, id: string) => opened(rows.findIndex((row) => row.id === id)),
  } as unknown as ProviderSecretCache;
  const outbound = {
    request: async ({ path }: { path: string }) => {
      const status = answers[Number(path.split("/")[1])] ?? null;
      if (status === null) throw new Error("planted fault: no answer");
      return { statusCode: status, body: { on: () => undefined, destroy: () => undefined } };
    },
  } as unknown as Outbound;
  const report = (): void => void reported++;
  const checker = new ProviderSecretChecker({ pool, cache, destinations: destinations(null, []), outbound, report });
  checker.wake();
  await checker.stop();
  return { noted, reported };
}

test("each secret tried is written down, an answer or none, so that it waits its turn behind the others", async () => {
  const { noted, reported } = await round([404, 200, null, 401, 500]);
  assert.deepEqual(noted, ["unverified", "working", "unverified", "rejected", "unverified"]);
  assert.equal(reported, 1);
});
