import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { migrate } from "../src/migrations/migrate.ts";
import { readMigrations, type MigrationSequence } from "../src/migrations/read-migrations.ts";
import { rollback } from "../src/migrations/rollback.ts";
import { testDatabase, type TestDatabase } from "../src/testing/index.ts";

let db: TestDatabase;
let folder: string;
let sequence: MigrationSequence;
beforeEach(async () => {
  db = await testDatabase({ sequences: [] });
  folder = mkdtempSync(join(tmpdir(), "meterr-migrations-"));
  sequence = { name: "portable", folder };
});
afterEach(async () => {
  await db.close();
  rmSync(folder, { recursive: true, force: true });
});

const write = (name: string, up: string, down = "select 1"): void => {
  writeFileSync(join(folder, `${name}.up.sql`), up);
  writeFileSync(join(folder, `${name}.down.sql`), down);
};
const run = () => migrate(db.pools.owner, { sequences: [sequence] });
const tableExists = async (name: string): Promise<boolean> =>
  (await db.pools.admin.query<{ found: boolean }>("select to_regclass($1) is not null as found", [`meterr.${name}`]))
    .rows[0]?.found === true;

test("migrations run once, in order, and only what is new runs later", async () => {
  write("0001_one", "create table one (n integer)", "drop table one");
  assert.deepEqual(await run(), ["portable/0001_one"]);
  write("0002_two", "alter table one add column m integer", "alter table one drop column m");
  assert.deepEqual(await run(), ["portable/0002_two"]);
  assert.deepEqual(await run(), []);
  assert.deepEqual(await rollback(db.pools.owner, { sequence, to: 1 }), ["portable/0002_two"]);
  assert.deepEqual(await run(), ["portable/0002_two"]);
});

test("two processes that migrate at once run each migration once", async () => {
  write("0001_one", "create table one (n integer)");
  const ran = (await Promise.all([run(), run(), run()])).flat();
  assert.deepEqual(ran, ["portable/0001_one"]);
});

test("of a migration that fails nothing remains, and the ones before it stay", async () => {
  write("0001_one", "create table one (n integer)");
  write("0002_two", "create table two (n integer); select 1 / 0");
  await assert.rejects(run(), { code: "migration_failed", message: /0002_two .*22012/ });
  assert.deepEqual([await tableExists("one"), await tableExists("two")], [true, false]);
});

test("a migration changed after it ran, one this release does not know, and one slipped in before are refused", async () => {
  write("0001_one", "create table one (n integer)");
  write("0003_three", "create table three (n integer)");
  await run();
  write("0002_two", "create table two (n integer)");
  await assert.rejects(run(), { code: "migration_invalid" });
  rmSync(join(folder, "0002_two.up.sql"));
  rmSync(join(folder, "0002_two.down.sql"));
  write("0001_one", "create table one (n bigint)");
  await assert.rejects(run(), { code: "migration_changed" });
  await assert.rejects(rollback(db.pools.owner, { sequence, to: 0 }), { code: "migration_changed" });
  write("0001_one", "create table one (n integer)");
  rmSync(join(folder, "0003_three.up.sql"));
  rmSync(join(folder, "0003_three.down.sql"));
  await assert.rejects(run(), { code: "migration_unknown" });
  assert.equal(await tableExists("two"), false);
});

test("a schema that holds somebody else's tables is refused and left as it was", async () => {
  const foreign = await testDatabase({ sequences: [] });
  try {
    await foreign.pools.admin.query(
      "drop table if exists meterr.schema_migrations; create table meterr.theirs (n integer)",
    );
    await assert.rejects(migrate(foreign.pools.owner), { code: "foreign_schema" });
    const { rows } = await foreign.pools.admin.query(
      "select relname from pg_class where relnamespace = 'meterr'::regnamespace and relkind = 'r'",
    );
    assert.deepEqual(rows, [{ relname: "theirs" }]);
  } finally {
    await foreign.close();
  }
});

test("files that are misnamed, without their reverse, or end the transaction themselves are refused before anything runs", () => {
  for (const [name, up] of [
    ["1_one", "select 1"],
    ["0001-one", "select 1"],
    ["0001_one", "create table one (n integer);\ncommit;"],
  ] as const) {
    write(name, up);
    assert.throws(() => readMigrations(sequence), { code: "migration_invalid" }, name);
    rmSync(join(folder, `${name}.up.sql`));
    rmSync(join(folder, `${name}.down.sql`));
  }
  writeFileSync(join(folder, "0001_one.up.sql"), "select 1");
  assert.throws(() => readMigrations(sequence), { code: "migration_invalid" });
});
