import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, test } from "node:test";
import { supabaseClaim, transactionSetting, type Sql, type TenantSource } from "@meterr/runtime";
import {
  applyTenantRls,
  assertTenantRls,
  planTenantRls,
  proveTenantRls,
  type TableToSecure,
  type TenantRlsPlan,
  type TenantRlsProof,
} from "../src/index.ts";
import { rlsWorld, type Client } from "./support/world.ts";

const world = await rlsWorld();
const { one, two } = world;
const tenants = [one, two] as const;
after(() => world.close());

// As a host would have them: no policies yet, a reference, a check, a unique text, an enumeration, capitals.
const TABLES = `
  create type kind as enum ('paid', 'open');
  create table teams (team_id uuid primary key, name varchar(12) not null unique);
  insert into teams values ('${one}', 'one'), ('${two}', 'two');
  create table invoices (id uuid primary key default gen_random_uuid(), team_id uuid not null references teams,
    number text not null unique, kind kind not null, cents bigint not null check (cents < 0), at timestamptz not null);
  create table "Order" ("orgId" text not null, id bigint generated always as identity, note jsonb not null);
  create table visits (team_id uuid not null, at date not null) partition by range (at);
  create table visits_all partition of visits for values from (minvalue) to (maxvalue)`;
const GONE = `drop table visits, "Order", invoices, teams; drop type kind`;
const secured: readonly TableToSecure[] = [
  { name: "invoices", tenantColumn: "team_id" },
  { name: "Order", tenantColumn: "orgId" },
  { name: "meterr.visits", tenantColumn: "team_id" },
];

interface Scene {
  readonly owner: Client;
  readonly application: Client;
  readonly plan: TenantRlsPlan;
}

/** The host's tables, planned for and secured; gone again afterwards, with nothing left of either. */
async function scene(
  work: (scene: Scene) => Promise<void>,
  options: { tenant?: TenantSource; role?: string; grants?: string; apply?: boolean } = {},
): Promise<void> {
  const { tenant = transactionSetting(), role = "meterr_worker", grants = "select, insert, update, delete" } = options;
  const empty = await world.catalogue();
  const owner = await world.owner();
  await owner.query(
    `${TABLES}; grant ${grants} on invoices, "Order", visits, visits_all to ${role}; grant select on teams to ${role}`,
  );
  const before = await world.catalogue();
  try {
    const plan = await planTenantRls(owner, { tables: secured, tenant });
    assert.deepEqual(await world.catalogue(), before);
    if (options.apply !== false) await applyTenantRls(owner, plan, "up");
    const application = await (role === "authenticated" ? world.authenticated() : world.application());
    try {
      await work({ owner, application, plan });
    } finally {
      application.release();
    }
    if (options.apply !== false) await applyTenantRls(owner, plan, "down");
    assert.deepEqual(await world.catalogue(), before, "down leaves what was there before");
  } finally {
    await owner.query(GONE);
    owner.release();
  }
  assert.deepEqual(await world.catalogue(), empty);
}

const failing = (proof: TenantRlsProof): string[] =>
  proof.tables.flatMap(({ table, probes }) =>
    probes.filter(({ answer }) => answer !== "proved").map(({ name, answer }) => `${table} ${name} ${answer}`),
  );

const dialects = [
  ["a transaction's setting", transactionSetting("app.team"), "meterr_worker"],
  ["Supabase's claim", supabaseClaim("team"), "authenticated"],
] as const;
for (const [what, tenant, role] of dialects) {
  test(`by ${what}: planned, applied, proved as the application's role, and taken back`, async () => {
    await scene(
      async ({ application, plan, owner }) => {
        assert.deepEqual(
          plan.tables.map(({ name, tenantType, partitionOf }) => [name, tenantType, partitionOf]),
          [
            ["invoices", "uuid", null],
            ["Order", "text", null],
            ["meterr.visits", "uuid", null],
            ["meterr.visits_all", "uuid", "meterr.visits"],
          ],
        );
        const sample = () => ({ cents: -1 });
        const tables = plan.tables.map((table) => (table.name === "invoices" ? { ...table, sample } : table));
        const proof = await proveTenantRls(application, { tables, tenant, tenants });
        assert.deepEqual([failing(proof), proof.proved, proof.role], [[], true, role]);
        const names = ["catalogue", "control", "read", "update", "delete", "plant", "move", "no tenant"];
        for (const { probes } of proof.tables)
          assert.deepEqual(
            probes.map(({ name }) => name),
            names,
          );
        await assertTenantRls(application, { tables, tenant, tenants });
        // Nothing of the probe is left.
        await applyTenantRls(owner, plan, "down");
        for (const table of ["invoices", '"Order"', "visits"]) {
          assert.equal((await owner.query(`select from ${table}`)).rows.length, 0);
        }
        await applyTenantRls(owner, plan, "up");
      },
      { tenant, role },
    );
  });
}

const only = (plan: TenantRlsPlan, name: string) => plan.tables.filter((table) => table.name === name);
const options = (plan: TenantRlsPlan, name: string) => ({ tables: only(plan, name), tenant: plan.tenant, tenants });
const prove = (sql: Sql, plan: TenantRlsPlan, name = "Order"): Promise<TenantRlsProof> =>
  proveTenantRls(sql, options(plan, name));

test("tables nobody secured are found open, in every way there is", async () => {
  await scene(
    async ({ application, plan }) => {
      const found = failing(await prove(application, plan));
      for (const probe of ["catalogue", "read", "update", "delete", "plant", "move", "no tenant"]) {
        assert.ok(found.includes(`Order ${probe} violated`), `${probe}: ${found.join(", ")}`);
      }
    },
    { apply: false },
  );
});

const mine = `"orgId" = ${transactionSetting().expression("text")}`;
const HOLES: readonly [string, string, string][] = [
  ["reads", `create policy hole on "Order" for select using (true)`, "read"],
  ["changes", `create policy hole on "Order" for update using (true) with check (${mine})`, "update"],
  ["deletes", `create policy hole on "Order" for delete using (true)`, "delete"],
  ["plants", `create policy hole on "Order" for insert with check (true)`, "plant"],
  ["takes", `create policy hole on "Order" for update using (true) with check (true)`, "update"],
  ["gives away", `create policy hole on "Order" for update using (${mine}) with check (true)`, "move"],
  [
    "needs no tenant",
    `create policy hole on "Order" for select using (current_setting('app.tenant_id', true) = '')`,
    "no tenant",
  ],
];
for (const [what, hole, probe] of HOLES) {
  test(`a hole through which a tenant ${what} is found by the probe, whatever the catalogue looks like`, async () => {
    await scene(async ({ application, plan, owner }) => {
      await owner.query("begin");
      // The restrictive policy would hold: this is a database where somebody widened it.
      await owner.query(`alter policy tenant_isolation_only on "Order" using (true) with check (true)`);
      await owner.query(hole);
      await owner.query("commit");
      const proof = await prove(application, plan);
      assert.equal(proof.proved, false);
      assert.ok(failing(proof).includes(`Order ${probe} violated`), failing(proof).join(", "));
      await owner.query(`drop policy hole on "Order"`);
    });
  });
}

test("the owner's and a superuser's connection are never proved", async () => {
  await scene(async ({ owner, plan }) => {
    assert.ok(failing(await prove(owner, plan)).includes("Order catalogue violated"));
    const admin = await world.database.pools.admin.connect();
    await admin.query("set search_path = meterr");
    const sql: Sql = { query: (text, values) => admin.query<never>(text, [...(values ?? [])]) };
    assert.ok(failing(await prove(sql, plan)).includes("Order read violated"));
    admin.release(true);
  });
});

test("a role that may only read is proved with rows that are there, and unknown without", async () => {
  await scene(
    async ({ application, plan, owner }) => {
      assert.deepEqual(failing(await prove(application, plan)), ["Order control unknown"]);
      for (const tenant of tenants) {
        await owner.query("begin");
        await owner.query("select set_config('app.tenant_id', $1, true)", [tenant]);
        await owner.query(`insert into "Order" ("orgId", note) values ($1, '{}')`, [tenant]);
        await owner.query("commit");
      }
      const proof = await prove(application, plan);
      assert.deepEqual([failing(proof), proof.proved], [[], true]);
    },
    { grants: "select" },
  );
});

test("a row that cannot be made up is unknown, never proved, and the probe says what it needs", async () => {
  await scene(async ({ application, plan }) => {
    const bare = await prove(application, plan, "invoices");
    assert.deepEqual([bare.proved, failing(bare)], [false, ["invoices control unknown"]]);
    assert.match(bare.tables[0]?.probes.at(-1)?.reason ?? "", /SQLSTATE 23514\): give a sample/);
    const strangers = {
      tables: only(plan, "invoices"),
      tenant: plan.tenant,
      tenants: [randomUUID(), randomUUID()] as const,
    };
    await assert.rejects(assertTenantRls(application, strangers), {
      code: "not_proved",
      message: /As meterr_worker.*control: unknown/,
    });
  });
});

test("a partition out of the role's reach is proved by that, and one within it is tried", async () => {
  await scene(async ({ application, owner, plan }) => {
    const partition = () => prove(application, plan, "meterr.visits_all");
    assert.equal((await partition()).tables[0]?.probes.length, 8);
    await owner.query("revoke all on visits_all from meterr_worker");
    const { proved, tables } = await partition();
    assert.deepEqual([proved, tables[0]?.probes.at(-1)?.reason], [true, "the role has no right on this partition"]);
    const named = { ...options(plan, "meterr.visits_all"), tables: [{ name: "visits_all", tenantColumn: "team_id" }] };
    assert.equal((await proveTenantRls(application, named)).proved, false);
    await owner.query("grant select, insert, update, delete on visits_all to meterr_worker");
  });
});

test("every type a tenant's id may be of is planned, as made for the catalogue, and proved", async () => {
  const owner = await world.owner();
  const application = await world.application();
  for (const [type, of, ids] of [
    ["uuid", "uuid", tenants],
    ["text", "text", ["acme", 'o\'hara "x"']],
    ["varchar(40)", "text", ["acme", "zeta"]],
    ["bigint", "bigint", ["1", "9007199254740993"]],
    ["integer", "integer", ["1", "2"]],
  ] as const) {
    await owner.query(`create table typed (tenant ${type} not null, at timestamptz not null);
      grant select, insert, update, delete on typed to meterr_worker`);
    const tenant = transactionSetting();
    const plan = await planTenantRls(owner, { tables: [{ name: "typed", tenantColumn: "tenant" }], tenant });
    assert.equal(plan.tables[0]?.tenantType, of);
    await applyTenantRls(owner, plan, "up");
    await assertTenantRls(application, { tables: plan.tables, tenant, tenants: [ids[0], ids[1]] });
    await owner.query("drop table typed");
  }
  owner.release();
  application.release();
});

test("row-level security that was on before stays on after down", async () => {
  const owner = await world.owner();
  await owner.query(
    `${TABLES}; alter table "Order" enable row level security; create policy theirs on "Order" using (true)`,
  );
  const before = await world.catalogue();
  const plan = await planTenantRls(owner, { tables: secured, tenant: transactionSetting() });
  await applyTenantRls(owner, plan, "up");
  await assert.rejects(planTenantRls(owner, { tables: secured, tenant: transactionSetting() }), {
    code: "already_secured",
  });
  await applyTenantRls(owner, plan, "down");
  assert.deepEqual(await world.catalogue(), before);
  await owner.query(GONE);
  owner.release();
});

test("a plan that fails half way changes nothing", async () => {
  const owner = await world.owner();
  await owner.query(TABLES);
  const before = await world.catalogue();
  const plan = await planTenantRls(owner, { tables: secured, tenant: supabaseClaim() });
  const broken = { ...plan, up: [...plan.up, "select 1/0"] };
  await assert.rejects(applyTenantRls(owner, broken, "up"), { code: "22012" });
  assert.deepEqual(await world.catalogue(), before);
  await owner.query(GONE);
  owner.release();
});

const REFUSED: readonly [string, TableToSecure, string][] = [
  ["without a tenant column", { name: "teams", tenantColumn: "org_id" }, "tenant_column_missing"],
  ["whose tenant column is an inherited name", { name: "teams", tenantColumn: "constructor" }, "tenant_column_missing"],
  ["that is not there", { name: "nowhere", tenantColumn: "org_id" }, "table_missing"],
  ["spelt in another case", { name: "order", tenantColumn: "orgId" }, "table_missing"],
  ["that is a view", { name: "glance", tenantColumn: "team_id" }, "not_a_table"],
  ["whose tenant is a date", { name: "visits", tenantColumn: "at" }, "tenant_type_unsupported"],
  ["with SQL in its name", { name: 'x"; drop table teams; --', tenantColumn: "team_id" }, "identifier_invalid"],
  ["with SQL in its column", { name: "teams", tenantColumn: "team_id = team_id or true" }, "identifier_invalid"],
  ["of somebody else", { name: "pg_catalog.pg_class", tenantColumn: "relname" }, "not_owner"],
];
test("a table that cannot be secured is refused, and nothing is changed", async () => {
  const owner = await world.owner();
  await owner.query(`${TABLES}; create view glance as select * from invoices`);
  const before = await world.catalogue();
  for (const [what, table, code] of REFUSED) {
    const plan = planTenantRls(owner, { tables: [...secured, table], tenant: transactionSetting() });
    await assert.rejects(
      plan.catch((error: Error & { code?: string }) =>
        Promise.reject(error.code === code ? error : new Error(what, { cause: error })),
      ),
      { code },
    );
  }
  assert.deepEqual(await world.catalogue(), before);
  await owner.query(`drop view glance; ${GONE}`);
  owner.release();
});

test("a table somebody holds is not queued for, and a statement that hangs ends", async () => {
  await scene(async ({ owner, application, plan }) => {
    await application.query("begin");
    await application.query(`select * from "Order"`);
    const change = applyTenantRls(owner, plan, "down", { lockMilliseconds: 20 });
    await assert.rejects(change, { code: "timed_out", retryable: true });
    await application.query("rollback");
    await owner.query("begin");
    await owner.query(`lock table "Order"`);
    const impatient = { ...options(plan, "Order"), statementMilliseconds: 20 };
    await assert.rejects(proveTenantRls(application, impatient), { code: "timed_out" });
    await owner.query("rollback");
    assert.equal((await prove(application, plan)).proved, true);
  });
});
