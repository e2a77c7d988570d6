import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { assertDirect } from "../src/assert-direct.ts";
import { assertIsolation } from "../src/assert-isolation.ts";
import { connectPool } from "../src/connect-pool.ts";
import { testDatabase, type TestDatabase } from "../src/testing/index.ts";

let db: TestDatabase;
before(async () => {
  db = await testDatabase();
});
after(() => db.close());

const refused = { code: "isolation_not_in_force", retryable: false };

test("the application's roles may start, and the owner and the superuser may not", async () => {
  for (const role of ["dashboard", "gateway", "worker", "identity"] as const) {
    await assertIsolation(db.pools[role]);
    await assertDirect(db.pools[role]);
  }
  await assert.rejects(assertIsolation(db.pools.owner), refused);
  await assert.rejects(assertIsolation(db.pools.admin), refused);
});

for (const [what, break_, mend] of [
  [
    "a table without forced row-level security",
    "alter table meterr.members no force row level security",
    "alter table meterr.members force row level security",
  ],
  [
    "a table with row-level security off",
    "alter table meterr.budgets disable row level security",
    "alter table meterr.budgets enable row level security",
  ],
  ["a new table without any", "create table meterr.extra (org_id uuid)", "drop table meterr.extra"],
  [
    "a table whose policy is gone",
    "alter policy tenant on meterr.refusals rename to was; alter policy was on meterr.refusals to meterr_gateway",
    "alter policy was on meterr.refusals to public; alter policy was on meterr.refusals rename to tenant",
  ],
] as const) {
  test(`with ${what} nothing starts`, async () => {
    await assertIsolation(db.pools.dashboard);
    await db.pools.admin.query(break_);
    try {
      await assert.rejects(assertIsolation(db.pools.dashboard), refused);
    } finally {
      await db.pools.admin.query(mend);
    }
    await assertIsolation(db.pools.dashboard);
  });
}

for (const [what, right] of [
  ["belongs to the owner", "in role meterr_owner"],
  ["bypasses row-level security", "bypassrls"],
  ["is a superuser", "superuser"],
] as const) {
  test(`a role that ${what} may not start`, async () => {
    const [name, password] = [`probe_${randomBytes(6).toString("hex")}`, randomBytes(12).toString("hex")];
    await db.pools.admin.query(`create role ${name} login password '${password}' ${right}`);
    await db.pools.admin.query(`grant connect on database ${db.settings("admin").database} to ${name}`);
    const pool = connectPool({ ...db.settings("admin"), user: name, password });
    try {
      await assert.rejects(assertIsolation(pool), refused);
    } finally {
      await pool.end();
      await db.pools.admin.query(`drop owned by ${name}; drop role ${name}`);
    }
  });
}

test("a partition without forced row-level security stops the start", async () => {
  const { rows } = await db.pools.admin.query<{ name: string }>(
    "select relname as name from pg_class where relispartition and relkind = 'r' and relname like 'events_%' limit 1",
  );
  const name = rows[0]?.name ?? "";
  await db.pools.admin.query(`alter table meterr.${name} no force row level security`);
  await assert.rejects(assertIsolation(db.pools.gateway), refused);
});

test("a database that was never migrated stops the start", async () => {
  const empty = await testDatabase({ sequences: [] });
  try {
    await assert.rejects(assertIsolation(empty.pools.dashboard), refused);
  } finally {
    await empty.close();
  }
});
