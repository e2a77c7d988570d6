import assert from "node:assert/strict";
import { after, test } from "node:test";
import { dataKey, jobRunsTable, supabaseClaim, transactionSetting, type DataKey, type Sql } from "@meterr/runtime";
import { manifestForTest } from "@meterr/runtime/testing";
import { rlsWorld, type Client } from "./support/world.ts";

const world = await rlsWorld();
const { one, two, database } = world;
after(() => world.close());

const manifest = manifestForTest([], { key_type: ["data"], tables: ["notes", "colours", "job_runs"] });
const runs = jobRunsTable();
const parts = {
  manifest,
  tables: [{ name: "notes", tenantColumn: "org_id" }, { name: "colours", global: "a closed list" }, runs.table],
  up: `create table colours (name text primary key);
    create table notes (org_id uuid, id bigint, text text, primary key (org_id, id));
    ${runs.create} -- the last line is a comment`,
  down: `drop table notes, colours; ${runs.drop}`,
} as const;
const bySetting = dataKey({ ...parts, assumptions: { tenant: transactionSetting() } });
const byClaim = dataKey({ ...parts, assumptions: { tenant: supabaseClaim() } });

const dialects = [
  [
    "a transaction's setting",
    bySetting,
    "meterr_worker",
    () => world.application(),
    "app.tenant_id",
    (id: string) => id,
  ],
  [
    "Supabase's claim",
    byClaim,
    "authenticated",
    () => world.authenticated(),
    "request.jwt.claims",
    (id: string) => JSON.stringify({ org_id: id, role: "authenticated" }),
  ],
] as const;

async function migrated(data: DataKey, role: string, work: (owner: Client) => Promise<void>): Promise<void> {
  const owner = await world.owner();
  await owner.query(data.up);
  try {
    await owner.query(`grant select, insert, update, delete on notes, colours, job_runs to ${role}`);
    await work(owner);
  } finally {
    await owner.query(data.down);
    owner.release();
  }
}

async function under<T>(sql: Sql, setting: string, value: string, work: () => Promise<T>): Promise<T> {
  await sql.query("begin");
  try {
    await sql.query("select set_config($1, $2, true)", [setting, value]);
    return await work();
  } finally {
    await sql.query("commit");
  }
}

for (const [what, data, role, connect, setting, value] of dialects) {
  test(`by ${what}: a tenant reads and writes its own rows alone, and no tenant none`, async () => {
    await migrated(data, role, async () => {
      const sql = await connect();
      const insert = (org: string) => sql.query("insert into notes values ($1, 1, 'x')", [org]);
      const seen = async () => (await sql.query("select org_id from notes")).rows;
      for (const tenant of [one, two]) await under(sql, setting, value(tenant), () => insert(tenant));
      for (const tenant of [one, two]) {
        assert.deepEqual(await under(sql, setting, value(tenant), seen), [{ org_id: tenant }]);
      }
      await assert.rejects(
        under(sql, setting, value(one), () => insert(two)),
        { code: "42501" },
      );
      const steal = () => sql.query("update notes set org_id = $1", [two]);
      await assert.rejects(under(sql, setting, value(one), steal), { code: "42501" });
      assert.equal((await under(sql, setting, value(one), () => sql.query("delete from notes"))).rowCount, 1);
      assert.deepEqual(await under(sql, setting, "", seen), []);
      await assert.rejects(
        under(sql, setting, "", () => insert(one)),
        { code: "42501" },
      );
      assert.deepEqual(await under(sql, setting, value(two), seen), [{ org_id: two }]);
    });
  });

  test(`by ${what}: the catalogue of a sound database is accepted at boot`, async () => {
    await migrated(data, role, async () => data.checkAssumptions(await connect()));
  });

  test(`by ${what}: down leaves nothing, and up goes up again`, async () => {
    const before = await world.catalogue();
    for (const _ of [1, 2]) {
      await migrated(data, role, async () => assert.notDeepEqual(await world.catalogue(), before));
      assert.deepEqual(await world.catalogue(), before);
    }
  });
}

test("a policy somebody adds later lets nobody through", async () => {
  await migrated(bySetting, "meterr_worker", async (owner) => {
    await owner.query("create policy everybody on notes using (true) with check (true)");
    const sql = await world.application();
    await under(sql, "app.tenant_id", one, () => sql.query("insert into notes values ($1, 1, 'x')", [one]));
    assert.deepEqual(
      await under(sql, "app.tenant_id", two, async () => (await sql.query("select from notes")).rows),
      [],
    );
    await bySetting.checkAssumptions(sql);
  });
});

const mine = transactionSetting().expression("uuid");
const BROKEN: readonly [string, string, RegExp][] = [
  ["row-level security is off", "alter table notes disable row level security", /alter table notes enable/],
  ["the owner is not bound", "alter table notes no force row level security", /alter table notes force/],
  ["the policy is gone", "drop policy tenant_isolation on notes", /tenant_isolation is missing on notes/],
  ["the restrictive policy is gone", "drop policy tenant_isolation_only on notes", /tenant_isolation_only is missing/],
  ["a policy admits all", "alter policy tenant_isolation on notes using (true)", /not as it was made/],
  ["a policy lets all be written", "alter policy tenant_isolation on notes with check (true)", /not as it was made/],
  [
    "a policy admits rows of nobody",
    `alter policy tenant_isolation on notes using (org_id = ${mine} or org_id is null)`,
    /not as it was made/,
  ],
  [
    "a policy reads another setting",
    `alter policy tenant_isolation on notes using (org_id = ${transactionSetting("app.other").expression("uuid")})`,
    /not as it was made/,
  ],
  ["a policy is for one role", "alter policy tenant_isolation_only on notes to meterr_worker", /not as it was made/],
  [
    "the restrictive policy was made permissive",
    `drop policy tenant_isolation_only on notes; create policy tenant_isolation_only on notes
       using (org_id = ${mine}) with check (org_id = ${mine})`,
    /not as it was made/,
  ],
  ["the role may truncate", "grant truncate on notes to meterr_worker", /revoke truncate on notes/],
  ["the table of runs is open", "alter table job_runs disable row level security", /job_runs/],
  ["a table is not there", "alter table colours rename to colors", /colours is not there/],
  [
    "a view stands in its place",
    "alter table notes rename to notes_; create view notes as select * from notes_; grant select on notes to meterr_worker",
    /notes is no table/,
  ],
];
for (const [what, change, message] of BROKEN) {
  test(`nothing boots when ${what}`, async () => {
    const owner = await world.owner();
    const before = await world.catalogue();
    await owner.query("begin");
    await owner.query(bySetting.up);
    await owner.query("grant select, insert, update, delete on notes, colours, job_runs to meterr_worker");
    await owner.query("commit");
    const sql = await world.application();
    try {
      await bySetting.checkAssumptions(sql);
      await owner.query(change);
      await assert.rejects(bySetting.checkAssumptions(sql), { code: "assumptions_broken", message });
    } finally {
      await owner.query("drop view if exists colors_, notes_view");
      await owner.query(
        "do $$ begin if to_regclass('notes_') is not null then drop view notes; drop table notes_; else drop table notes; end if; end $$",
      );
      await owner.query("drop table if exists colours, colors, job_runs");
      owner.release();
      sql.release();
    }
    assert.deepEqual(await world.catalogue(), before);
  });
}

test("nothing boots with the owner's or a superuser's connection", async () => {
  await migrated(bySetting, "meterr_worker", async (owner) => {
    await assert.rejects(bySetting.checkAssumptions(owner), { message: /meterr_owner may act as the owner of notes/ });
    const { admin } = database.pools;
    const client = await admin.connect();
    await client.query("set search_path = meterr");
    const sql: Sql = { query: (text, values) => client.query<never>(text, [...(values ?? [])]) };
    await assert.rejects(bySetting.checkAssumptions(sql), { message: /bypasses row-level security/ });
    client.release(true);
  });
});

test("a partition the role may use directly needs row-level security of its own", async () => {
  const data = dataKey({
    manifest,
    tables: [{ name: "notes", tenantColumn: "org_id" }],
    assumptions: { tenant: transactionSetting() },
    up: `create table notes (org_id uuid, at date) partition by range (at);
      create table notes_old partition of notes for values from (minvalue) to ('2026-01-01')`,
    down: "drop table notes",
  });
  const owner = await world.owner();
  await owner.query(`${data.up}; grant select on notes to meterr_worker`);
  const sql = await world.application();
  try {
    await data.checkAssumptions(sql);
    for (const right of ["select", "delete", "select (at)"]) {
      await owner.query(`grant ${right} on notes_old to meterr_worker`);
      await assert.rejects(data.checkAssumptions(sql), { message: /partitions notes_old/ }, right);
      await owner.query(`revoke ${right} on notes_old from meterr_worker`);
    }
    await data.checkAssumptions(sql);
  } finally {
    await owner.query(data.down);
  }
});
