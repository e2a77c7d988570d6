import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { after, test } from "node:test";
import { testDatabase } from "@meterr/database/testing";
import { tenantForTest } from "@meterr/runtime/testing";
import { appendAuditEntry, auditLogMigrations, chainReader, verifyAuditLog } from "../src/index.ts";
import { entryForTest, inTenant } from "./support/world.ts";

const database = await testDatabase({ sequences: [] }).catch(() => testDatabase());
after(() => database.close());

/** Every migration in the order of its direction, as one text. */
async function file(direction: "up" | "down"): Promise<string> {
  const names = (await readdir(auditLogMigrations.folder)).filter((name) => name.endsWith(`.${direction}.sql`)).sort();
  const ordered = direction === "up" ? names : names.toReversed();
  const texts = ordered.map((name) => readFile(new URL(name, auditLogMigrations.folder), "utf8"));
  return (await Promise.all(texts)).join("\n");
}

test("in a host's own schema it goes up, is used through a plain pool, and goes down leaving nothing", async () => {
  const { admin } = database.pools;
  const suffix = randomBytes(4).toString("hex");
  const [owner, app, schema] = [`host_owner_${suffix}`, `host_app_${suffix}`, `host_${suffix}`];
  for (const role of [owner, app]) await admin.query(`create role ${role} nologin`);
  await admin.query(`create schema ${schema} authorization ${owner}`);
  const as = async (role: string, texts: readonly string[]): Promise<void> => {
    const client = await admin.connect();
    try {
      await client.query(`set search_path = ${schema}, pg_temp`);
      await client.query(`set role ${role}`);
      await client.query("begin");
      for (const text of texts) await client.query(text);
      await client.query("commit");
    } finally {
      client.release(true);
    }
  };
  /** What a host's own pool would be: logged in as the application's role. */
  const pool = {
    async connect() {
      const client = await admin.connect();
      await client.query(`set role ${app}`);
      await client.query(`set search_path = ${schema}, pg_temp`);
      return Object.assign(client, { release: client.release.bind(client, true) });
    },
  };
  const left = async (): Promise<unknown[]> =>
    (
      await admin.query(
        `select relname::text as name from pg_class where relnamespace = $1::regnamespace
         union all select proname::text from pg_proc where pronamespace = $1::regnamespace
         union all select typname::text from pg_type where typnamespace = $1::regnamespace`,
        [schema],
      )
    ).rows;
  try {
    await as(owner, [
      await file("up"),
      `grant usage on schema ${schema} to ${app}`,
      `grant select on audit_log_entries to ${app}`,
      `grant execute on function append_audit_entry(uuid, text, text, text, text, text, text, jsonb, text, text) to ${app}`,
      "insert into audit_log_actions values ('invoice.sent')",
    ]);
    const tenants = ["0f0f0f0f-0000-4000-8000-000000000001", "0f0f0f0f-0000-4000-8000-000000000002"].map((id) =>
      tenantForTest({ id }),
    );
    for (const tenant of [...tenants, ...tenants]) {
      await inTenant(pool, tenant, (sql) => appendAuditEntry(sql, tenant, entryForTest({ action: "invoice.sent" })));
    }
    for (const tenant of tenants) {
      await inTenant(pool, tenant, async (sql) => {
        assert.equal((await sql.query("select from audit_log_entries")).rows.length, 2);
        const { intact, last } = await verifyAuditLog(chainReader(sql, tenant.id), []);
        assert.deepEqual([intact, last?.seq], [true, 2n]);
        await sql.query("savepoint a");
        await assert.rejects(sql.query("delete from audit_log_entries"), { code: "42501" });
        await sql.query("rollback to savepoint a");
      });
    }
    await as(owner, [await file("down")]);
    assert.deepEqual(await left(), []);
    await as(owner, [await file("up"), await file("down")]);
    assert.deepEqual(await left(), []);
  } finally {
    await admin.query(`drop schema ${schema} cascade`);
    for (const role of [app, owner]) await admin.query(`drop role ${role}`);
  }
});
