import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, test } from "node:test";
import { dataKey, jobRunsTable, parseManifest, transactionSetting, type DataTable } from "@meterr/runtime";
import { testDatabase } from "@meterr/database/testing";
import { scaffold } from "../src/scaffold/scaffold.ts";
import { filesOf } from "./support/fixture-modules.ts";

const database = await testDatabase();
after(() => database.close());

/** What a scaffold's code asks of the database, read from the code itself. */
const QUERY_OF: Readonly<Record<string, RegExp>> = {
  route: /const LIST = "(.*)";/,
  ui: /const LIST = "(.*)";/,
  job: /const TOUCH = "(.*)";/,
};

for (const type of ["route", "job", "data", "ui"] as const) {
  test(`${type}: its SQL goes up under row-level security that holds between two tenants, and comes down whole`, async () => {
    const { files, manifest } = scaffold(`order-${type}`, type, false);
    const texts = filesOf({ files, manifest, dependencies: {}, peers: {} });
    const table = `order_${type}_items`;
    const sqlOf = (direction: string): string =>
      texts[`migrations/0001_${table}.${direction}.sql`] ?? assert.fail("no SQL");
    const suffix = randomUUID().slice(0, 8);
    const [role, schema] = [`app_${suffix}`, `host_${suffix}`];
    const client = await database.pools.admin.connect();
    const count = async (): Promise<number> =>
      (await client.query("select from pg_class where relnamespace = $1::regnamespace", [schema])).rowCount ?? -1;
    try {
      await client.query(`create role ${role} nologin; create schema ${schema}; set search_path = ${schema}`);
      await client.query(sqlOf("up"));
      // The runtime's own table serves every job, so no scaffold brings it.
      if (type === "job") await client.query(jobRunsTable().up);
      await client.query(`grant usage on schema ${schema} to ${role}`);
      await client.query(`grant select, insert, update on all tables in schema ${schema} to ${role}`);
      await client.query(`set role ${role}`);

      const tables: DataTable[] = manifest.tables.map((name) => ({ name, tenantColumn: "org_id" }));
      const assumed = { tables, assumptions: { tenant: transactionSetting() }, up: "select 1", down: "select 1" };
      const asData = parseManifest({ ...manifest, key_type: [...new Set([...manifest.key_type, "data"])] });
      await dataKey({ ...assumed, manifest: asData }).checkAssumptions(client);

      const [one, two] = [randomUUID(), randomUUID()];
      await client.query("begin");
      for (const tenant of [one, two]) {
        await client.query("select set_config('app.tenant_id', $1, true)", [tenant]);
        await client.query(`insert into ${table} (org_id, name) values ($1, 'lamp')`, [tenant]);
      }
      assert.deepEqual((await client.query(`select org_id from ${table}`)).rows, [{ org_id: two }]);
      const query = QUERY_OF[type] === undefined ? null : QUERY_OF[type].exec(texts["src/index.js"] ?? "")?.[1];
      assert.notEqual(query, undefined, "the code's own query is there");
      if (typeof query === "string") {
        const values: readonly unknown[] =
          type === "route" ? [50] : type === "job" ? [new Date().toISOString(), one] : [];
        const { rowCount } = await client.query(query, [...values]);
        assert.equal(rowCount, type === "job" ? 0 : 1, "another tenant's rows are out of reach");
      }
      await assert.rejects(client.query(`insert into ${table} (org_id, name) values ($1, 'theirs')`, [one]), {
        code: "42501",
      });
      await client.query("rollback");
      await client.query("reset role");
      assert.ok((await count()) > 0);
      if (type === "job") await client.query(jobRunsTable().down);
      await client.query(sqlOf("down"));
      assert.equal(await count(), 0);
    } finally {
      await client.query(`rollback; reset role; drop schema ${schema} cascade; drop role ${role}`);
      client.release(true);
    }
  });
}
