import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import pg from "pg";
import { testDatabase, type OrganisationFixture, type TestDatabase } from "../src/testing/index.ts";
import { columns, tables, type Command, type Table } from "./catalogue.ts";
import { seedEveryTable } from "./seed-every-table.ts";

const roles = ["meterr_dashboard", "meterr_gateway", "meterr_worker", "meterr_identity"] as const;
const commands: readonly Command[] = ["select", "insert", "update", "delete"];
/** Tables that hold nobody's rows. Anything else must carry org_id. */
const withoutTenant = ["gateways", "instance", "price_versions", "revocation_epoch", "schema_migrations"];

let db: TestDatabase;
let all: Table[];
let a: OrganisationFixture;
let b: OrganisationFixture;
before(async () => {
  db = await testDatabase();
  all = await tables(db.pools.admin);
  [a, b] = [await db.createOrganisation("A"), await db.createOrganisation("B")];
  await seedEveryTable(db, a);
  await seedEveryTable(db, b);
});
after(() => db.close());

const id = pg.escapeIdentifier;
type Role = (typeof roles)[number];
interface As {
  tenant?: OrganisationFixture;
  visibility?: "tenant" | "subject";
  subject?: string;
}
interface Outcome {
  state: string | null;
  rows: Record<string, unknown>[];
  count: number | null;
}

/** One statement as a role under a tenant, rolled back. */
async function attempt(role: Role, as: As, text: string, values: unknown[] = []): Promise<Outcome> {
  const pool = {
    meterr_dashboard: db.pools.dashboard,
    meterr_gateway: db.pools.gateway,
    meterr_worker: db.pools.worker,
    meterr_identity: db.pools.identity,
  }[role];
  const client = await pool.connect();
  try {
    await client.query("begin");
    await client.query(
      "select set_config('app.tenant_id', $1, true), set_config('app.visibility', $2, true), set_config('app.subject_id', $3, true)",
      [as.tenant?.orgId ?? "", as.visibility ?? (as.tenant ? "tenant" : ""), as.subject ?? ""],
    );
    const { rows, rowCount } = await client.query<Record<string, unknown>>(text, values);
    return { state: null, rows, count: rowCount };
  } catch (error) {
    return { state: (error as { code?: string }).code ?? "none", rows: [], count: null };
  } finally {
    await client.query("rollback");
    client.release();
  }
}

/** The whole row of an organisation as the administrator sees it. */
async function anyRow(org: OrganisationFixture, table: string): Promise<Record<string, unknown>> {
  const { rows } = await db.pools.admin.query<{ row: Record<string, unknown> }>(
    `select to_jsonb(t) as row from meterr.${id(table)} t where org_id = $1 limit 1`,
    [org.orgId],
  );
  assert.ok(rows[0], `seedEveryTable puts no row into ${table}`);
  return rows[0].row;
}

const insertOf = (table: string, names: string[]): string =>
  `insert into meterr.${id(table)} (${names.map(id).join(", ")}) select ${names.map((n) => `r.${id(n)}`).join(", ")} from jsonb_populate_record(null::meterr.${id(table)}, $1) r`;

test("every table either carries org_id first in its primary key, with row-level security enabled and forced, or is listed as nobody's", () => {
  assert.deepEqual(
    all.filter((t) => !t.tenant).map((t) => t.name),
    withoutTenant,
  );
  for (const table of all.filter((t) => t.tenant)) {
    assert.equal(table.primaryKey[0], "org_id", table.name);
    assert.equal(table.forced, true, table.name);
  }
  assert.ok(all.some((t) => t.partition));
});

test("the application's roles own nothing, belong to no other role and bypass nothing", async () => {
  const { rows } = await db.pools.admin.query(
    `select r.rolname from pg_roles r where r.rolname = any($1) and (r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb
       or exists (select from pg_auth_members m where m.member = r.oid)
       or exists (select from pg_class c where c.relowner = r.oid)
       or exists (select from pg_proc p where p.proowner = r.oid)
       or exists (select from pg_namespace n where n.nspowner = r.oid)
       or has_schema_privilege(r.oid, 'meterr', 'create'))`,
    [roles],
  );
  assert.deepEqual(rows, []);
});

for (const role of roles) {
  test(`${role}: on every table, each command reaches the set tenant's rows alone, or nothing at all`, async () => {
    for (const table of all) {
      for (const command of commands) {
        const allowed = await columns(db.pools.admin, role, table.name, command);
        if (allowed.length === 0) await isDenied(role, table, command);
        else if (table.tenant) await isTenantBound(role, table, command, allowed);
      }
    }
  });
}

async function isDenied(role: Role, table: Table, command: Command): Promise<void> {
  const name = `meterr.${id(table.name)}`;
  const column = id(table.primaryKey[0] ?? "");
  const text = {
    select: `select ${column} from ${name}`,
    insert: `insert into ${name} default values`,
    update: `update ${name} set ${column} = null`,
    delete: `delete from ${name}`,
  }[command];
  assert.equal((await attempt(role, { tenant: a }, text)).state, "42501", `${role} ${command} ${table.name}`);
}

async function isTenantBound(role: Role, table: Table, command: Command, allowed: string[]): Promise<void> {
  const where = `${role} ${command} ${table.name}`;
  const name = `meterr.${id(table.name)}`;
  const rowA = await anyRow(a, table.name);
  const rowB = await anyRow(b, table.name);
  if (command === "select") {
    assert.ok(allowed.includes("org_id"), where);
    for (const [as, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const seen = (await attempt(role, { tenant: as }, `select distinct org_id from ${name}`)).rows;
      assert.deepEqual(seen, [{ org_id: as.orgId }], where);
      const reached = await attempt(role, { tenant: as }, `select org_id from ${name} where org_id = $1`, [
        other.orgId,
      ]);
      assert.equal(reached.count, 0, where);
    }
    assert.equal((await attempt(role, {}, `select org_id from ${name}`)).count, 0, `${where} without a tenant`);
  } else if (command === "insert") {
    const text = insertOf(table.name, allowed);
    // Its own row again: past the policy, and only then refused as a duplicate (or accepted).
    const own = await attempt(role, { tenant: a }, text, [JSON.stringify(rowA)]);
    assert.ok(own.state === null || own.state === "23505", `${where}: ${own.state}`);
    assert.equal((await attempt(role, { tenant: a }, text, [JSON.stringify(rowB)])).state, "42501", where);
    assert.equal((await attempt(role, {}, text, [JSON.stringify(rowA)])).state, "42501", `${where} without a tenant`);
  } else {
    const set = allowed.map((column) => `${id(column)} = ${id(column)}`).join(", ");
    const text = command === "update" ? `update ${name} set ${set}` : `delete from ${name}`;
    const own = await attempt(role, { tenant: a }, `${text} where org_id = $1`, [a.orgId]);
    assert.ok(own.state === null && Number(own.count) > 0, `${where}: ${own.state} ${own.count}`);
    assert.equal((await attempt(role, { tenant: a }, `${text} where org_id = $1`, [b.orgId])).count, 0, where);
    const everything = await attempt(role, { tenant: a }, text);
    assert.equal(everything.count, own.count, where);
    assert.equal((await attempt(role, {}, text)).count, 0, `${where} without a tenant`);
    if (command === "update" && allowed.includes("org_id")) assert.fail(`${where} may move rows between organisations`);
  }
}

test("with visibility 'subject' every table that names a member shows that member's rows alone, and with none nothing", async () => {
  const [mine, other] = [a.members.developer.id, a.members.admin.id];
  let checked = 0;
  for (const role of roles) {
    for (const table of all.filter((t) => t.memberColumn)) {
      const allowed = await columns(db.pools.admin, role, table.name, "select");
      if (!allowed.includes("member_id")) continue;
      const text = `select distinct member_id from meterr.${id(table.name)}`;
      const whole = (await attempt(role, { tenant: a }, text)).rows.map((row) => String(row["member_id"]));
      assert.deepEqual(whole.toSorted(), [mine, other].toSorted(), table.name);
      const own = (await attempt(role, { tenant: a, visibility: "subject", subject: mine }, text)).rows;
      assert.deepEqual(own, [{ member_id: mine }], table.name);
      assert.deepEqual((await attempt(role, { tenant: a, visibility: "subject" }, text)).rows, [], table.name);
      assert.deepEqual(
        (await attempt(role, { tenant: b, visibility: "subject", subject: mine }, text)).rows,
        [],
        table.name,
      );
      checked += 1;
    }
  }
  assert.ok(checked >= 5, String(checked));
});

test("with visibility 'subject' a member sees and makes only what belongs to their own virtual keys", async () => {
  const mine = { tenant: a, visibility: "subject" as const, subject: a.members.developer.id };
  const ids = (await attempt("meterr_dashboard", mine, "select id from virtual_keys")).rows.map((row) => row["id"]);
  assert.equal(ids.length, 1);
  const mapped = await attempt("meterr_dashboard", mine, "select virtual_key_id from virtual_key_providers");
  assert.deepEqual(mapped.rows, [{ virtual_key_id: ids[0] }]);
  const scopes = (await attempt("meterr_dashboard", mine, "select scope, scope_id from budgets order by scope")).rows;
  assert.deepEqual(scopes, [
    { scope: "member", scope_id: a.members.developer.id },
    { scope: "virtual_key", scope_id: ids[0] },
  ]);
  const make =
    "insert into virtual_keys (org_id, id, name, mode, hash, display, member_id, created_by) values ($1, gen_random_uuid(), 'n', 'live', sha256($2), 'mtr_live_abc', $3, $3)";
  const bytes = Buffer.from(a.orgId);
  assert.equal((await attempt("meterr_dashboard", mine, make, [a.orgId, bytes, a.members.developer.id])).state, null);
  assert.equal((await attempt("meterr_dashboard", mine, make, [a.orgId, bytes, a.members.admin.id])).state, "42501");
});

test("the dashboard can select neither a sealed secret nor any hash", async () => {
  for (const [table, column] of [
    ["provider_secret_versions", "sealed"],
    ["virtual_keys", "hash"],
    ["api_tokens", "hash"],
    ["invitations", "hash"],
    ["instance", "setup_token_hash"],
  ] as const) {
    const names = await columns(db.pools.admin, "meterr_dashboard", table, "select");
    assert.ok(!names.includes(column), `${table}.${column}`);
    const outcome = await attempt("meterr_dashboard", { tenant: a }, `select ${column} from ${table}`);
    assert.equal(outcome.state, "42501", `${table}.${column}`);
  }
});
