import { createLocalJWKSet, errors, type JWTVerifyGetKey } from "jose";
import type { Sql } from "@meterr/runtime";
import * as z from "zod";

/** Rotation happens monthly; a key taken out of the table is trusted this much longer at most. Milliseconds. */
const RELOAD_AFTER_MS = 60_000;
/** An unknown key id makes the set load again, but not more often: anyone can send one. Milliseconds. */
const RELOAD_AT_MOST_EVERY_MS = 5_000;

const publicJwk = z.object({ kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: z.string() });

/** Resolves the public keys of our JWTs from the database, so that no request over HTTP is needed to check one. */
export function signingKeys(sql: Sql, now: () => Date): JWTVerifyGetKey {
  let loadedAt = Number.NEGATIVE_INFINITY;
  let keySet: ReturnType<typeof createLocalJWKSet> | null = null;

  // A clock that was set back makes the set old, not young for ever.
  const age = (): number => Math.abs(now().getTime() - loadedAt);

  const load = async (): Promise<ReturnType<typeof createLocalJWKSet>> => {
    const startedAt = now().getTime();
    const text = `select id, "publicKey" from auth.jwks where "expiresAt" is null or "expiresAt" > $1::timestamptz - interval '1 day'`;
    const { rows } = await sql.query<{ id: string; publicKey: string }>(text, [now()]);
    const keys = rows.map((row) => ({
      ...publicJwk.parse(JSON.parse(row.publicKey)),
      kid: row.id,
      alg: "EdDSA",
      use: "sig",
    }));
    const loaded = createLocalJWKSet({ keys });
    keySet = loaded;
    loadedAt = startedAt;
    return loaded;
  };

  return async (header, token) => {
    const current = keySet === null || age() > RELOAD_AFTER_MS ? await load() : keySet;
    try {
      return await current(header, token);
    } catch (error) {
      const unknown = error instanceof errors.JWKSNoMatchingKey;
      if (!unknown || age() < RELOAD_AT_MOST_EVERY_MS) throw error;
      return (await load())(header, token);
    }
  };
}
