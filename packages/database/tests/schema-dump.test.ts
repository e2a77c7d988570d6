import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { dumpSchema } from "../src/catalogue/dump-schema.ts";
import { migrate } from "../src/migrations/migrate.ts";
import { rollback } from "../src/migrations/rollback.ts";
import { testDatabase, type TestDatabase } from "../src/testing/index.ts";

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
});
after(() => db.close());

test("the migrated database is exactly the committed schema.sql", async () => {
  const committed = readFileSync(new URL("../schema.sql", import.meta.url), "utf8");
  assert.ok(
    (await dumpSchema(db.pools.admin)) === committed,
    "schema.sql is stale: node packages/database/scripts/dump.ts",
  );
});

test("every migration goes down to the one before and up again to the same schema", async () => {
  const whole = await dumpSchema(db.pools.admin);
  assert.ok((await rollback(db.pools.owner, { to: 0 })).length > 0);
  const empty = await dumpSchema(db.pools.admin);
  assert.doesNotMatch(empty, /create function|create policy/);
  assert.deepEqual(
    [...empty.matchAll(/create table (\S+)/g)].map((found) => found[1]),
    ["meterr.schema_migrations"],
  );
  assert.ok((await migrate(db.pools.owner)).length > 0);
  assert.ok((await dumpSchema(db.pools.admin)) === whole, "up, down and up again is not the same");
  assert.deepEqual(await migrate(db.pools.owner), []);
});

test("the dump sees a policy, a grant and a column that are not in the migrations", async () => {
  const whole = await dumpSchema(db.pools.admin);
  for (const change of [
    "create policy extra on meterr.members for select to meterr_gateway using (true)",
    "grant select (hash) on meterr.virtual_keys to meterr_dashboard",
    "alter table meterr.members add column extra text",
    "alter table meterr.members no force row level security",
    "grant execute on function meterr.ledger_settle(uuid, jsonb) to public",
  ]) {
    const before = await dumpSchema(db.pools.admin);
    await db.pools.admin.query(change);
    assert.notEqual(await dumpSchema(db.pools.admin), before, change);
  }
  assert.notEqual(await dumpSchema(db.pools.admin), whole);
});
