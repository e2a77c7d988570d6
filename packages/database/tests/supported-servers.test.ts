import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import pg from "pg";
import { assertDirect } from "../src/assert-direct.ts";
import { assertIsolation } from "../src/assert-isolation.ts";
import { dumpSchema } from "../src/catalogue/dump-schema.ts";
import { connectPool } from "../src/connect-pool.ts";
import { migrate } from "../src/migrations/migrate.ts";
import { ensureRoles } from "../src/roles/ensure-roles.ts";
import { loginRoles, type LoginRole, type RolePasswords } from "../src/roles/role-names.ts";
import type { DatabaseSettings } from "../src/settings.ts";
import { serverFolder, servers } from "./server-folder.ts";

const passwords = (): RolePasswords =>
  Object.fromEntries(loginRoles.map((role) => [role, randomBytes(24).toString("base64url")])) as Record<
    LoginRole,
    string
  >;

async function query(settings: DatabaseSettings, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ ...settings, ssl: false });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

for (const { name, ...bin } of servers) {
  test(`on ${name}, an administrator without superuser rights sets everything up, twice, to the committed schema`, async () => {
    const folder = serverFolder();
    try {
      const server = await folder.start(bin);
      const password = randomBytes(12).toString("hex");
      await query(server.settings, `create role keeper login createrole password '${password}'`);
      await query(server.settings, "create database theirs owner keeper");
      const keeper: DatabaseSettings = { ...server.settings, database: "theirs", user: "keeper", password };
      await ensureRoles(keeper, passwords());
      const second = passwords();
      await ensureRoles(keeper, second);

      const as = (role: LoginRole) => connectPool({ ...keeper, user: role, password: second[role] });
      const [owner, dashboard] = [as("meterr_owner"), as("meterr_dashboard")];
      await migrate(owner);
      await assertIsolation(dashboard);
      await assertDirect(dashboard);
      const { rows } = await dashboard.query(
        "select current_setting('search_path') as path, current_setting('statement_timeout') as timeout",
      );
      assert.deepEqual(rows, [{ path: "meterr, pg_temp", timeout: "10s" }]);
      const dump = await dumpSchema(owner);
      await Promise.all([owner.end(), dashboard.end()]);
      assert.ok(dump === readFileSync(new URL("../schema.sql", import.meta.url), "utf8"), "the schema differs");

      const kept = await query(keeper, "select pg_has_role('keeper', 'meterr_owner', 'usage') as owner");
      assert.deepEqual(kept, [{ owner: false }]);
      const mine = await query(
        server.settings,
        "select rolname from pg_authid where rolpassword not like 'SCRAM-SHA-256$%'",
      );
      assert.deepEqual(mine, []);
    } finally {
      await folder.remove();
    }
  });
}

test("an administrator who may not make roles, a role with too many rights and a schema of somebody else's are told apart", async () => {
  const folder = serverFolder();
  try {
    const { settings } = await folder.start();
    const password = randomBytes(12).toString("hex");
    await query(settings, `create role nobody_special login password '${password}'`);
    const weak = { ...settings, user: "nobody_special", password };
    await assert.rejects(ensureRoles(weak, passwords()), { code: "role_not_allowed" });
    await query(settings, "create schema meterr");
    await assert.rejects(ensureRoles(settings, passwords()), { code: "foreign_schema" });
    assert.deepEqual(await query(settings, "select rolname from pg_roles where rolname like 'meterr%'"), []);
    await query(settings, "drop schema meterr; create role meterr_gateway bypassrls");
    await assert.rejects(ensureRoles(settings, passwords()), { code: "role_not_allowed" });
    await query(settings, "drop role meterr_gateway");
    await ensureRoles(settings, passwords());
    await assert.rejects(ensureRoles({ ...settings, host: "/nowhere" }, passwords()), { code: "database_unavailable" });
  } finally {
    await folder.remove();
  }
});
