import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, test } from "node:test";
import { tenantForTest } from "@meterr/runtime/testing";
import {
  appendAuditEntry,
  AUDIT_ACTIONS,
  chainReader,
  entryHash,
  verifyAuditLog,
  type ChainEntry,
} from "../src/index.ts";
import { append, auditDatabase, entryForTest, inTenant } from "./support/world.ts";

const database = await auditDatabase();
after(() => database.close());
const { dashboard, gateway, worker, owner, identity } = database.pools;

async function entriesOf(orgId: string): Promise<readonly ChainEntry[]> {
  return inTenant(dashboard, { id: orgId, visibility: "tenant" }, (sql) => chainReader(sql, orgId).after(0n, 1000));
}

test("what PostgreSQL hashed is what is computed outside it, for any value an entry can hold", async () => {
  const { orgId } = await database.createOrganisation();
  const odd = ["", "👋🏽", "a\u0301", "\n\t\"'\\", "ß".repeat(300), "١٢٣"];
  for (const label of odd)
    await append(dashboard, orgId, { actor: { kind: "jwt", id: label.slice(0, 100) || "x", label } });
  for (const details of [undefined, {}, { b: "1", a: 0.1, long: 1e21, no: null }] as const) {
    const { details: _, ...rest } = entryForTest();
    const tenant = tenantForTest({ id: orgId });
    await inTenant(dashboard, tenant, (sql) =>
      appendAuditEntry(sql, tenant, details === undefined ? rest : { ...rest, details }),
    );
  }
  const entries = await entriesOf(orgId);
  assert.equal(entries.length, odd.length + 3);
  for (const entry of entries) assert.equal(entryHash(entry), entry.hash);
});

test("appends at the same time leave neither a gap nor a fork, in either of two organisations", async () => {
  const [one, two] = [await database.createOrganisation("One"), await database.createOrganisation("Two")];
  const jobs = Array.from({ length: 40 }, (_, n) => append(n % 3 ? dashboard : worker, n % 2 ? one.orgId : two.orgId));
  await Promise.all(jobs);
  for (const { orgId } of [one, two]) {
    const entries = await entriesOf(orgId);
    assert.deepEqual(
      entries.map(({ seq }) => seq),
      Array.from({ length: 20 }, (_, n) => BigInt(n + 1)),
    );
    assert.equal((await verifyAuditLog({ after: async (seq) => entries.slice(Number(seq)) }, [])).intact, true);
  }
});

test("an effect that is rolled back leaves no entry and no gap", async () => {
  const { orgId } = await database.createOrganisation();
  const tenant = tenantForTest({ id: orgId });
  await append(dashboard, orgId);
  const failed = inTenant(dashboard, tenant, async (sql) => {
    await appendAuditEntry(sql, tenant, entryForTest());
    throw new Error("the effect failed");
  });
  await assert.rejects(failed, /the effect failed/);
  await append(dashboard, orgId);
  assert.deepEqual(
    (await entriesOf(orgId)).map(({ seq }) => seq),
    [1n, 2n],
  );
});

test("a developer's effects are recorded although a developer sees nothing of the log", async () => {
  const { orgId } = await database.createOrganisation();
  await append(dashboard, orgId, {}, "subject");
  await append(dashboard, orgId, {}, "subject");
  const seen = (visibility: "tenant" | "subject") =>
    inTenant(dashboard, { id: orgId, visibility }, (sql) =>
      sql.query("select seq from audit_log_entries order by seq"),
    );
  assert.equal((await seen("subject")).rows.length, 0);
  assert.deepEqual((await seen("tenant")).rows, [{ seq: "1" }, { seq: "2" }]);
});

test("one organisation's transaction can neither read nor append to another's log", async () => {
  const [one, two] = [await database.createOrganisation(), await database.createOrganisation()];
  await append(dashboard, two.orgId);
  const foreign = tenantForTest({ id: two.orgId });
  await inTenant(dashboard, { id: one.orgId, visibility: "tenant" }, async (sql) => {
    assert.deepEqual((await sql.query("select * from audit_log_entries")).rows, []);
    await sql.query("savepoint a");
    await assert.rejects(appendAuditEntry(sql, foreign, entryForTest()), { code: "42501" });
    await sql.query("rollback to savepoint a");
  });
  assert.equal((await entriesOf(two.orgId)).length, 1);
  await assert.rejects(
    appendAuditEntry(
      { query: (text, values) => dashboard.query(text, [...(values ?? [])]) as never },
      foreign,
      entryForTest(),
    ),
    { code: "42501" },
    "outside a tenant's transaction",
  );
});

test("only the closed list of actions is recorded, and the code names the same list", async () => {
  const { orgId } = await database.createOrganisation();
  await assert.rejects(append(dashboard, orgId, { action: "virtual_key.stolen" }), { code: "23503" });
  const { rows } = await owner.query<{ action: string }>("select action from audit_log_actions order by action");
  assert.deepEqual(
    rows.map(({ action }) => action),
    AUDIT_ACTIONS.toSorted(),
  );
});

const CHANGES = [
  "update meterr.audit_log_entries set actor_label = 'nobody'",
  "delete from meterr.audit_log_entries",
  "truncate meterr.audit_log_entries",
  "update meterr.audit_log_actions set action = 'a.b'",
  "truncate meterr.audit_log_actions, meterr.audit_log_entries",
];
for (const [role, pool] of Object.entries({ dashboard, gateway, worker, identity, owner })) {
  test(`${role} cannot change, delete or truncate what was recorded`, async () => {
    const { orgId } = await database.createOrganisation();
    await append(dashboard, orgId);
    const before = await entriesOf(orgId);
    for (const change of CHANGES) {
      const client = await pool.connect();
      try {
        await client.query("begin");
        await client.query(
          "select set_config('app.tenant_id', $1, true), set_config('app.visibility', 'tenant', true)",
          [orgId],
        );
        await assert.rejects(client.query(change), { code: "42501" }, `${role}: ${change}`);
      } finally {
        await client.query("rollback");
        client.release();
      }
    }
    assert.deepEqual(await entriesOf(orgId), before);
  });
}

test("no role inserts past the function, and the positive control is the function", async () => {
  const { orgId } = await database.createOrganisation();
  await append(dashboard, orgId);
  for (const pool of [dashboard, gateway, worker]) {
    await assert.rejects(
      inTenant(pool, { id: orgId, visibility: "tenant" }, (sql) =>
        sql.query("insert into meterr.audit_log_entries select * from meterr.audit_log_entries"),
      ),
      { code: "42501" },
    );
  }
  await assert.rejects(append(gateway, orgId), { code: "42501" });
  assert.equal((await entriesOf(orgId)).length, 1);
});

test("the signer's functions answer one organisation each, and how far all of them go", async () => {
  const [one, two] = [await database.createOrganisation(), await database.createOrganisation()];
  for (const { orgId } of [one, two, two]) await append(dashboard, orgId);
  const end = (await entriesOf(two.orgId)).at(-1);
  const { rows } = await gateway.query<{ seq: string; hash: Buffer }>("select * from meterr.audit_log_head($1)", [
    two.orgId,
  ]);
  assert.deepEqual([rows[0]?.seq, rows[0]?.hash.toString("hex")], ["2", end?.hash]);
  const since = await gateway.query<{ id: string }>("select * from meterr.audit_log_since($1, 1, 10)", [two.orgId]);
  assert.deepEqual(
    since.rows.map(({ id }) => id),
    [end?.id],
  );
  const heads = await gateway.query<{ org_id: string; seq: string }>("select * from meterr.audit_log_heads()");
  const mine = new Map(heads.rows.map((row) => [row.org_id, row.seq]));
  assert.deepEqual([mine.get(one.orgId), mine.get(two.orgId)], ["1", "2"]);
  await assert.rejects(gateway.query("select * from meterr.audit_log_entries"), { code: "42501" });
  for (const text of ["audit_log_heads()", "audit_log_head($1)", "audit_log_since($1, 0, 1)"]) {
    const values = text.includes("$1") ? [two.orgId] : [];
    await assert.rejects(dashboard.query(`select * from meterr.${text}`, values), { code: "42501" });
  }
});

test("a refused entry says nothing of what it held", async () => {
  const { orgId } = await database.createOrganisation();
  const canary = `sk-${randomBytes(24).toString("hex")}`;
  await assert.rejects(
    append(dashboard, orgId, { action: "virtual_key.stolen", details: { canary } }),
    (error: Error) => {
      assert.equal(error.message.includes(canary), false);
      return true;
    },
  );
});
