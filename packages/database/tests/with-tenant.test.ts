import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { inspect } from "node:util";
import { after, before, test } from "node:test";
import { memberTenant, routeKey, type Sql, type TenantContext, type VerifiedTenant } from "@meterr/runtime";
import { authenticatorForTest, fakeHost, manifestForTest, tenantForTest } from "@meterr/runtime/testing";
import { connectPool } from "../src/connect-pool.ts";
import { testDatabase, type OrganisationFixture, type TestDatabase } from "../src/testing/index.ts";
import { withTenant } from "../src/with-tenant.ts";

let db: TestDatabase;
let a: OrganisationFixture;
let b: OrganisationFixture;
let tenant: VerifiedTenant;
before(async () => {
  db = await testDatabase();
  [a, b] = [await db.createOrganisation("A"), await db.createOrganisation("B")];
  tenant = tenantForTest({ id: a.orgId, subject: a.members.owner.id, role: "owner" });
});
after(() => db.close());

const rename = (sql: Sql, name: string) =>
  sql.query("update members set name = $2 where id = $1", [a.members.viewer.id, name]);
const nameOf = async (): Promise<string | undefined> =>
  (
    await a.arrange((sql) =>
      sql.query<{ name: string }>("select name from members where id = $1", [a.members.viewer.id]),
    )
  ).rows[0]?.name;

test("it sees its own organisation's rows and no other's, and the next user of the connection sees neither", async () => {
  const pool = connectPool(db.settings("meterr_dashboard"), { max: 1 });
  try {
    for (const org of [a, b]) {
      const rows = await withTenant(
        pool,
        tenantForTest({ id: org.orgId }),
        async (sql) => (await sql.query("select name from organisations")).rows,
      );
      assert.deepEqual(rows, [{ name: org.name }]);
    }
    assert.equal((await pool.query("select from organisations")).rowCount, 0);
  } finally {
    await pool.end();
  }
});

test("visibility and member are set as the tenant says them", async () => {
  const read = (of: VerifiedTenant) =>
    withTenant(
      db.pools.dashboard,
      of,
      async (sql) =>
        (
          await sql.query(
            "select current_setting('app.tenant_id') as t, current_setting('app.visibility') as v, current_setting('app.subject_id') as s",
          )
        ).rows[0],
    );
  const subject = a.members.developer.id;
  assert.deepEqual(await read(tenantForTest({ id: a.orgId, subject, visibility: "subject" })), {
    t: a.orgId,
    v: "subject",
    s: subject,
  });
  assert.deepEqual(await read(tenantForTest({ id: a.orgId })), { t: a.orgId, v: "tenant", s: "" });
});

test("what is not a verified tenant opens nothing, however much it looks like one", async () => {
  const fakes: unknown[] = [
    null,
    undefined,
    "x",
    a.orgId,
    Object.assign({}, tenant),
    Object.create(tenant),
    structuredClone({ id: a.orgId, visibility: "tenant" }),
  ];
  for (const fake of fakes) {
    await assert.rejects(
      withTenant(db.pools.dashboard, fake as VerifiedTenant, async () => assert.fail("the work was reached")),
      { code: "tenant_not_verified" },
    );
  }
});

test("a rejection rolls everything back and is passed on as it is", async () => {
  const error = new Error("mine");
  await assert.rejects(
    withTenant(db.pools.dashboard, tenant, async (sql) => {
      await rename(sql, "Rolled Back");
      throw error;
    }),
    (thrown) => thrown === error,
  );
  assert.notEqual(await nameOf(), "Rolled Back");
  await withTenant(db.pools.dashboard, tenant, (sql) => rename(sql, "Committed"));
  assert.equal(await nameOf(), "Committed");
});

test("a failed statement that was caught does not count as success", async () => {
  await assert.rejects(
    withTenant(db.pools.dashboard, tenant, async (sql) => {
      await rename(sql, "Half Done");
      await sql.query("select 1 / 0").catch(() => undefined);
    }),
    { code: "transaction_aborted" },
  );
  assert.notEqual(await nameOf(), "Half Done");
});

test("a second statement beside a running one is refused, and so is one left running or sent after the end", async () => {
  await assert.rejects(
    withTenant(db.pools.dashboard, tenant, (sql) => Promise.all([sql.query("select 1"), sql.query("select 2")])),
    { code: "concurrent_query" },
  );
  let left: Promise<unknown> | undefined;
  await assert.rejects(
    withTenant(db.pools.dashboard, tenant, async (sql) => {
      left = rename(sql, "Left Running");
    }),
    { code: "concurrent_query" },
  );
  await left;
  assert.notEqual(await nameOf(), "Left Running");
  let kept: Sql | undefined;
  await withTenant(db.pools.dashboard, tenant, async (sql) => {
    kept = sql;
  });
  await assert.rejects(async () => kept?.query("select 1"), { code: "transaction_over" });
});

test("a refused statement carries its SQLSTATE and constraint, and no row content", async () => {
  const canary = randomBytes(12).toString("hex");
  const id = randomUUID();
  const invite = (sql: Sql, email: string) =>
    sql.query(
      `insert into invitations (org_id, id, email, name, role, hash, invited_by, expires_at)
       values ($1, $2, $3, $4, 'viewer', $5, $6, now())`,
      [a.orgId, id, email, canary, randomBytes(32), a.members.owner.id],
    );
  const duplicate = async (sql: Sql): Promise<void> => {
    await invite(sql, "one@example.test");
    await invite(sql, "two@example.test");
  };
  await assert.rejects(withTenant(db.pools.dashboard, tenant, duplicate), (error: unknown) => {
    assert.equal((error as { code: string }).code, "23505");
    assert.equal((error as { constraint: string }).constraint, "invitations_pkey");
    assert.doesNotMatch(inspect(error, { depth: 9, showHidden: true }), new RegExp(`${canary}|${id}`));
    return true;
  });
  const badUuid = (sql: Sql) => sql.query("select $1::uuid", [canary]);
  await assert.rejects(withTenant(db.pools.dashboard, tenant, badUuid), (error: unknown) => {
    assert.equal((error as { code: string }).code, "22P02");
    assert.ok(!inspect(error, { depth: 9, showHidden: true }).includes(canary));
    return true;
  });
});

test("no server, and a connection cut in mid-transaction, are both retryable unavailability", async () => {
  const nowhere = connectPool({ ...db.settings("meterr_dashboard"), host: "/nowhere" });
  await assert.rejects(
    withTenant(nowhere, tenant, async () => assert.fail()),
    { code: "database_unavailable", retryable: true },
  );
  await nowhere.end();
  await assert.rejects(
    withTenant(db.pools.dashboard, tenant, async (sql) => {
      const { rows } = await sql.query<{ pid: number }>("select pg_backend_pid() as pid");
      await db.pools.admin.query("select pg_terminate_backend($1, 5000)", [rows[0]?.pid]);
      await sql.query("select 1");
    }),
    { code: "database_unavailable", retryable: true },
  );
  assert.equal(await withTenant(db.pools.dashboard, tenant, async () => "again"), "again");
});

for (const [what, inTheMiddle, status, kept] of [
  ["hears that its client hung up", async ({ signal }: TenantContext<{}>) => signal.throwIfAborted(), 500, false],
  ["does not hear that its client hung up", async () => undefined, 200, true],
  [
    "loses its connection",
    async ({ sql }: TenantContext<{}>) => {
      const { rows } = await sql.query<{ pid: number }>("select pg_backend_pid() as pid");
      await db.pools.admin.query("select pg_terminate_backend($1)", [rows[0]?.pid]);
      await sql.query("select 1").catch(() => undefined);
    },
    503,
    false,
  ],
] as const) {
  test(`a route that ${what} in the middle of its transaction keeps all of it or nothing, and its connection is free`, async () => {
    const pool = connectPool(db.settings("meterr_dashboard"), { max: 1 });
    const name = randomUUID();
    const gone = new AbortController();
    const path = "/things";
    const membership = {
      tenantId: a.orgId,
      subjectId: a.members.owner.id,
      role: "owner",
      visibility: "tenant",
    } as const;
    const route = routeKey({
      host: { ...fakeHost(), withTenant: (who, work) => withTenant(pool, who, work) },
      manifest: manifestForTest([{ path, method: ["POST"], auth: ["api_token"], tenant_scope: "per-user-tenant-id" }]),
      method: "POST",
      path,
      auth: authenticatorForTest({ ann: { id: "ann", memberships: [membership] } }),
      tenant: memberTenant(),
      authorize: () => true,
      input: {},
      limit: { address: { points: 9, seconds: 1 }, tenant: { points: 9, seconds: 1 } },
      maxBodyBytes: 0,
      idempotency: "none",
      handler: async (context) => {
        await rename(context.sql, name);
        gone.abort();
        await inTheMiddle(context);
        return { status: 200 };
      },
    });
    const headers = { "x-test-credential": "ann" };
    try {
      const request = new Request(`https://site.test${path}`, { method: "POST", headers, signal: gone.signal });
      assert.equal((await route(request)).status, status);
      assert.equal((await nameOf()) === name, kept);
      assert.equal((await withTenant(pool, tenant, (sql) => sql.query("select 1"))).rowCount, 1);
    } finally {
      await pool.end();
    }
  });
}
