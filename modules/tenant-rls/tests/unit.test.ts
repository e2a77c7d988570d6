import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";
import { transactionSetting, type Sql } from "@meterr/runtime";
import { applyTenantRls, createTenantRls, planTenantRls, proveTenantRls, TenantRlsError } from "../src/index.ts";

const tenant = transactionSetting();
const tables = [{ name: "notes", tenantColumn: "org_id" }];
const tenants = ["a", "b"] as const;
const failing = (cause: Error): Sql => ({ query: () => Promise.reject(cause) });
const plan = { tenant, tables: [], up: ["select 1"], down: ["select 1"], documentation: "" };

test("the module's key.json and code agree, and it needs nothing of the environment", () => {
  const { manifest, routes } = createTenantRls();
  assert.deepEqual([manifest.required_env, manifest.optional_env, routes], [[], [], []]);
});

test("it imports the runtime alone, so that no driver and no dependency can be missing", async () => {
  const folder = new URL("../src/", import.meta.url);
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith(".ts"));
  assert.ok(files.length > 5);
  for (const file of files) {
    const text = await readFile(new URL(file, folder), "utf8");
    for (const [, from = ""] of text.matchAll(/from "([^"]+)"/g)) {
      assert.ok(from.startsWith(".") || from === "@meterr/runtime", `${file} imports ${from}`);
    }
    assert.equal(/process\.env|setTimeout|console\./.test(text), false, file);
  }
});

test("with the database down nothing is planned, applied or proved, and trying again may succeed", async () => {
  const down = failing(Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }));
  for (const work of [
    () => planTenantRls(down, { tables, tenant }),
    () => applyTenantRls(down, plan, "up"),
    () => proveTenantRls(down, { tables, tenant, tenants }),
  ]) {
    await assert.rejects(work, (error) => {
      assert.ok(error instanceof TenantRlsError);
      assert.deepEqual([error.code, error.retryable], ["database_unavailable", true]);
      assert.equal(error.message.includes("ECONNREFUSED"), false);
      return true;
    });
  }
});

test("a database that is shutting down is down, one that takes too long is timed out, and a refusal is told as it is", async () => {
  for (const [state, code] of [
    ["57P01", "database_unavailable"],
    ["08006", "database_unavailable"],
    ["57014", "timed_out"],
    ["55P03", "timed_out"],
    ["42501", "42501"],
  ] as const) {
    const sql = failing(Object.assign(new Error("x"), { code: state }));
    await assert.rejects(planTenantRls(sql, { tables, tenant }), { code });
  }
});

test("invalid input is refused before the database is asked", async () => {
  const unasked: Sql = { query: () => assert.fail("asked") };
  const input = { code: "input_invalid" };
  const name = { code: "identifier_invalid" };
  await assert.rejects(planTenantRls(unasked, { tables: [], tenant }), input);
  await assert.rejects(planTenantRls(unasked, { tables: [...tables, ...tables], tenant }), input);
  await assert.rejects(planTenantRls(unasked, { tables: [{ name: "notes", tenantColumn: "a.b" }], tenant }), input);
  await assert.rejects(planTenantRls(unasked, { tables: [{ name: "a;b", tenantColumn: "a" }], tenant }), name);
  await assert.rejects(proveTenantRls(unasked, { tables: [], tenant, tenants }), input);
  await assert.rejects(proveTenantRls(unasked, { tables, tenant, tenants: ["a", "A"] }), input);
  await assert.rejects(proveTenantRls(unasked, { tables, tenant, tenants: ["", "b"] }), input);
  await assert.rejects(proveTenantRls(unasked, { tables, tenant, tenants, role: "a; reset role" }), name);
});

test("a pool is refused, since what a savepoint rolls back must be on one connection", async () => {
  const counted = { totalCount: 1, query: () => assert.fail("asked") };
  await assert.rejects(applyTenantRls(counted, plan, "up"), { code: "not_one_connection" });
  let statement = 0;
  const spread: Sql = { query: async <Row>() => ({ rows: [{ same: String(statement++) }] as Row[], rowCount: 1 }) };
  await assert.rejects(applyTenantRls(spread, plan, "up"), { code: "not_one_connection" });
  await assert.rejects(proveTenantRls(spread, { tables, tenant, tenants }), { code: "not_one_connection" });
});
