import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { postgresRateLimiter, rateLimitTable, type PostgresRateLimiter } from "@meterr/runtime/limits";
import { RATE_LIMITER_PROMISES } from "@meterr/runtime/testing";
import { testDatabase, type TestDatabase } from "../src/testing/index.ts";

// The runtime's own store for limits, on a real PostgreSQL, as a role that owns nothing.
const table = { schema: "limits", table: "counts" } as const;
let db: TestDatabase;
const limiter = (): Promise<PostgresRateLimiter> => postgresRateLimiter({ pool: db.pools.gateway, ...table });

before(async () => {
  db = await testDatabase();
  await db.pools.admin.query("create schema limits; grant usage on schema limits to meterr_gateway");
  await db.pools.admin.query(rateLimitTable(table).up);
  await db.pools.admin.query("grant select, insert, update, delete on limits.counts to meterr_gateway");
});
after(() => db.close());

for (const { name, check } of RATE_LIMITER_PROMISES) {
  test(name, async () => {
    await check({ limiters: [await limiter(), await limiter()], pass: (milliseconds) => delay(milliseconds) });
  });
}

test("counts that ended are forgotten, and those that have not stay", async () => {
  const store = await limiter();
  await store.consume("short", 1, { points: 1, seconds: 1 });
  await store.consume("long", 1, { points: 2, seconds: 600 });
  const count = "select count(*)::int as n from limits.counts where expire < $1";
  const until = new Date(Date.now() + 60_000);
  const ended = async (): Promise<unknown> => (await db.pools.gateway.query(count, [until.getTime()])).rows[0];
  assert.notDeepEqual(await ended(), { n: 0 });
  await store.forget(until);
  assert.deepEqual(await ended(), { n: 0 });
  assert.equal((await store.consume("long", 1, { points: 2, seconds: 600 })).remaining, 0);
});

test("without its table every request is refused by an error, and the migration goes back to nothing", async () => {
  await db.pools.admin.query(rateLimitTable({ schema: "limits", table: "others" }).up);
  await db.pools.admin.query(rateLimitTable({ schema: "limits", table: "others" }).down);
  const away = await postgresRateLimiter({ pool: db.pools.gateway, schema: "limits", table: "others" });
  await assert.rejects(away.consume("a", 1, { points: 1, seconds: 1 }), /others/);
});
