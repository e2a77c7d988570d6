import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import {
  idempotencyKeysTable,
  memberTenant,
  mount,
  routeKey,
  type Mounted,
  type RouteInput,
  type Sql,
} from "@meterr/runtime";
import { authenticatorForTest, fakeHost, manifestForTest } from "@meterr/runtime/testing";
import { testDatabase, type TestDatabase } from "../src/testing/index.ts";

// The runtime's own table in a host that knows nothing of Meterr: a schema and two roles of its own.

const suffix = randomBytes(4).toString("hex");
const [schema, owner, app] = [`host_${suffix}`, `host_owner_${suffix}`, `host_app_${suffix}`];
const { up, down } = idempotencyKeysTable();
const path = "/api/v1/things";
const [one, two] = [randomUUID(), randomUUID()];
let database: TestDatabase;
let mounted: Mounted;
let hold: Promise<void> | null = null;

const named: RouteInput["body"] & { readonly "~standard": { readonly types?: { input: Named; output: Named } } } = {
  "~standard": { version: 1, vendor: "test", validate: (value: unknown) => ({ value: value as Named }) },
};
interface Named {
  readonly name: string;
}

async function as<T>(role: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  const client = await database.pools.admin.connect();
  try {
    await client.query(`set search_path = ${schema}, pg_temp`);
    await client.query(`set role ${role}`);
    await client.query("begin");
    const result = await work(client);
    await client.query("commit");
    return result;
  } finally {
    client.release(true);
  }
}
const inTenant = <T>(tenantId: string, work: (sql: Sql) => Promise<T>): Promise<T> =>
  as(app, async (sql) => {
    await sql.query("select set_config('app.tenant_id', $1, true)", [tenantId]);
    return work(sql);
  });
const migrate = (text: string): Promise<unknown> => as(owner, (sql) => sql.query(text));

before(async () => {
  database = await testDatabase({ sequences: [] });
  const { admin } = database.pools;
  for (const role of [owner, app]) await admin.query(`create role ${role} nologin`);
  await admin.query(`create schema ${schema} authorization ${owner}`);
  const member = (tenantId: string) => ({
    id: tenantId,
    memberships: [{ tenantId, subjectId: randomUUID(), role: "owner", visibility: "tenant" as const }],
  });
  const route = routeKey({
    host: { ...fakeHost(), withTenant: (tenant, work) => inTenant(tenant.id, work) },
    manifest: manifestForTest([{ path, method: ["POST"], auth: ["api_token"], tenant_scope: "per-request-tenant-id" }]),
    method: "POST",
    path,
    auth: authenticatorForTest({ one: member(one), two: member(two) }),
    tenant: memberTenant(),
    authorize: () => true,
    input: { body: named },
    limit: { address: { points: 9, seconds: 1 }, tenant: { points: 9, seconds: 1 } },
    maxBodyBytes: 1000,
    idempotency: "accepted",
    handler: async ({ sql, tenant, body }) => {
      await hold;
      await sql.query("insert into things (org_id, name) values ($1, $2)", [tenant.id, body.name]);
      return { status: 201, body: { name: body.name } };
    },
  });
  mounted = mount([route]);
});
after(async () => {
  await database.pools.admin.query(`drop schema ${schema} cascade; drop role ${app}; drop role ${owner}`);
  await database.close();
});

async function post(who: string, key: string, name: string): Promise<[number, string | null]> {
  const headers = { "x-test-credential": who, "content-type": "application/json", "idempotency-key": key };
  const body = JSON.stringify({ name });
  const response = await mounted(new Request(`https://site.test${path}`, { method: "POST", headers, body }));
  return [response.status, response.headers.get("idempotent-replayed")];
}
const things = async (tenantId: string): Promise<number> =>
  inTenant(
    tenantId,
    async (sql) => (await sql.query("select from things where org_id = $1", [tenantId])).rowCount ?? 0,
  );

test("up, a route keeps its promise of idempotency in each tenant alone; down, nothing is left", async () => {
  await migrate(`create table things (org_id uuid not null, name text not null)`);
  await migrate(up);
  await migrate(`grant usage on schema ${schema} to ${app}; grant select, insert on things to ${app};
    grant select, insert, delete on idempotency_keys to ${app}`);
  const key = randomUUID();
  assert.deepEqual(await post("one", key, "lamp"), [201, null]);
  assert.deepEqual(await post("one", key, "lamp"), [201, "true"]);
  assert.deepEqual(await post("one", key, "desk"), [422, null]);
  assert.deepEqual(await post("two", key, "lamp"), [201, null]);
  assert.deepEqual([await things(one), await things(two)], [1, 1]);

  // While the first is undecided, a second hears so.
  const released = Promise.withResolvers<void>();
  hold = released.promise;
  const other = randomUUID();
  const first = post("one", other, "chair");
  const locked = async (): Promise<boolean> =>
    (await database.pools.admin.query("select from pg_locks where locktype = 'advisory' and granted")).rows.length > 0;
  while (!(await locked())) await new Promise(setImmediate);
  assert.deepEqual(await post("one", other, "chair"), [409, null]);
  released.resolve();
  assert.deepEqual(await first, [201, null]);
  hold = null;

  // A day later it is another wish.
  await as(owner, async (sql) => {
    await sql.query("select set_config('app.tenant_id', $1, true)", [one]);
    await sql.query("update idempotency_keys set created_at = created_at - interval '25 hours' where key = $1", [key]);
  });
  assert.deepEqual(await post("one", key, "lamp"), [201, null]);
  assert.equal(await things(one), 3);

  // The table is under its tenant, whoever's policy comes later, and for its owner too.
  await migrate("create policy careless on idempotency_keys using (true) with check (true)");
  const seen = await inTenant(one, (sql) => sql.query<{ org_id: string }>("select org_id from idempotency_keys"));
  assert.deepEqual(new Set(seen.rows.map((row) => row.org_id)), new Set([one]));
  assert.equal((await as(owner, (sql) => sql.query("select from idempotency_keys"))).rows.length, 0);
  await migrate("drop policy careless on idempotency_keys");

  await migrate(down);
  await migrate("drop table things");
  const left = await database.pools.admin.query("select from pg_class where relnamespace = $1::regnamespace", [schema]);
  assert.equal(left.rows.length, 0);
  await migrate(up + down);
});
