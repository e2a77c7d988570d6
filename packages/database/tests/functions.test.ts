import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { tenantForTest } from "@meterr/runtime/testing";
import { testDatabase, type OrganisationFixture, type TestDatabase } from "../src/testing/index.ts";
import { withTenant } from "../src/with-tenant.ts";
import { seedEveryTable } from "./seed-every-table.ts";

let db: TestDatabase;
let a: OrganisationFixture;
let b: OrganisationFixture;
before(async () => {
  db = await testDatabase();
  [a, b] = [await db.createOrganisation("A"), await db.createOrganisation("B")];
  await seedEveryTable(db, a);
  await seedEveryTable(db, b);
});
after(() => db.close());

test("no function is executable by everybody, and each that runs as its owner fixes its search_path with pg_temp last", async () => {
  const { rows } = await db.pools.admin.query(
    `select p.oid::regprocedure::text as name from pg_proc p where p.pronamespace = 'meterr'::regnamespace
     and (exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x where x.grantee = 0)
       or (p.prosecdef and not coalesce('search_path=meterr, pg_temp' = any(p.proconfig), false)))`,
  );
  assert.deepEqual(rows, []);
});

/** Each as the dashboard of organisation A, aimed at organisation B: the answer, or the SQLSTATE it fails with. */
const aimed: Record<
  string,
  (on: { secret: string; key: string; token: string }) => [text: string, values: unknown[], expected: unknown]
> = {
  accept_invitation: () => [
    "select accept_invitation($1, $2, $3, $4, 'n') as r",
    [b.orgId, randomBytes(32), randomUUID(), randomUUID()],
    "void",
  ],
  add_provider_secret: () => [
    "select add_provider_secret($1, $2, 'openai', 'new', 'https://api.test', false, '****', $3, 'k1', $4) as r",
    [b.orgId, randomUUID(), b.members.admin.id, "x".repeat(64)],
    "42501",
  ],
  change_member_role: () => [
    "select change_member_role($1, $2, 'viewer') as r",
    [b.orgId, b.members.admin.id],
    "not_found",
  ],
  note_revocation: () => ["select note_revocation($1, 'policy', $2) as r", [b.orgId, randomUUID()], "42501"],
  remove_budget: () => ["select remove_budget($1, 'member', $2) as r", [b.orgId, b.members.developer.id], false],
  remove_member: () => ["select remove_member($1, $2) as r", [b.orgId, b.members.viewer.id], "not_found"],
  revoke_api_token: ({ token }) => ["select revoke_api_token($1, $2) as r", [b.orgId, token], false],
  revoke_provider_secret: ({ secret }) => ["select revoke_provider_secret($1, $2) as r", [b.orgId, secret], false],
  revoke_virtual_key: ({ key }) => ["select revoke_virtual_key($1, $2) as r", [b.orgId, key], false],
  rotate_provider_secret: ({ secret }) => [
    "select rotate_provider_secret($1, $2, 2, '****', 'k1', $3) as r",
    [b.orgId, secret, "x".repeat(64)],
    false,
  ],
};
/** They make the organisation they name, under a token of their own. */
const founding = new Set(["complete_setup"]);

test("no function the dashboard may call reaches another organisation, whatever organisation it is given", async () => {
  const { rows } = await db.pools.admin.query<{ name: string }>(
    `select p.proname as name from pg_proc p where p.pronamespace = 'meterr'::regnamespace and 'p_org' = any(p.proargnames)
     and has_function_privilege('meterr_dashboard', p.oid, 'execute') order by 1`,
  );
  assert.deepEqual(
    rows.map((row) => row.name).filter((name) => !founding.has(name)),
    Object.keys(aimed).toSorted(),
  );
  const one = async (table: string): Promise<string> =>
    (await db.pools.admin.query<{ id: string }>(`select id from meterr.${table} where org_id = $1 limit 1`, [b.orgId]))
      .rows[0]?.id ?? "";
  const on = { secret: await one("provider_secrets"), key: await one("virtual_keys"), token: await one("api_tokens") };
  const before = await snapshot();
  for (const [name, make] of Object.entries(aimed)) {
    const [text, values, expected] = make(on);
    const tenant = tenantForTest({ id: a.orgId, subject: a.members.owner.id, role: "owner" });
    const answer = await withTenant(
      db.pools.dashboard,
      tenant,
      async (sql) => (await sql.query<{ r: unknown }>(text, values)).rows[0]?.r,
    ).catch((error: unknown) => (error as { code: string }).code);
    assert.deepEqual(answer, expected, name);
  }
  assert.deepEqual(await snapshot(), before);
});

/** The rows those functions would change. */
async function snapshot(): Promise<unknown[]> {
  const { rows } = await db.pools.admin.query(
    `select to_jsonb(m) as r from meterr.members m union all select to_jsonb(k) from meterr.virtual_keys k
     union all select to_jsonb(s) from meterr.provider_secrets s union all select to_jsonb(t) from meterr.api_tokens t
     union all select to_jsonb(g) from meterr.budgets g
     union all select to_jsonb(e) from meterr.revocation_epoch e order by 1`,
  );
  return rows;
}

test("the last owner can be neither removed nor demoted, and removing a member ends all that acts for them", async () => {
  const org = await db.createOrganisation();
  await seedEveryTable(db, org);
  const tenant = tenantForTest({ id: org.orgId, subject: org.members.owner.id, role: "owner" });
  const ask = (text: string, id: string) =>
    withTenant(
      db.pools.dashboard,
      tenant,
      async (sql) => (await sql.query<{ r: string }>(text, [org.orgId, id])).rows[0]?.r,
    );
  assert.equal(await ask("select remove_member($1, $2) as r", org.members.owner.id), "last_owner");
  assert.equal(await ask("select change_member_role($1, $2, 'admin') as r", org.members.owner.id), "last_owner");
  assert.equal(await ask("select remove_member($1, $2) as r", org.members.developer.id), "removed");
  const { rows } = await org.arrange((sql) =>
    sql.query(
      `select (select count(*)::integer from virtual_keys where member_id = $1 and revoked_at is null) as keys,
         (select count(*)::integer from api_tokens where member_id = $1 and revoked_at is null) as tokens,
         (select count(*)::integer from virtual_keys where revoked_at is null) as others`,
      [org.members.developer.id],
    ),
  );
  assert.deepEqual(rows, [{ keys: 0, tokens: 0, others: 1 }]);
});

test("two owners who remove each other at once leave one", async () => {
  const org = await db.createOrganisation();
  await org.arrange((sql) => sql.query("update members set role = 'owner' where id = $1", [org.members.admin.id]));
  const remove = (by: string, whom: string) =>
    withTenant(
      db.pools.dashboard,
      tenantForTest({ id: org.orgId, subject: by, role: "owner" }),
      async (sql) =>
        (await sql.query<{ r: string }>("select remove_member($1, $2) as r", [org.orgId, whom])).rows[0]?.r,
    );
  const { owner, admin } = org.members;
  const answers = await Promise.all([remove(owner.id, admin.id), remove(admin.id, owner.id)]);
  assert.deepEqual(answers.toSorted(), ["last_owner", "removed"]);
});

test("revocations are numbered in the order they are committed, with none missing", async () => {
  const { rows: start } = await db.pools.gateway.query<{ epoch: string }>("select current_revocation_epoch() as epoch");
  const from = BigInt(start[0]?.epoch ?? "0");
  const orgs = await Promise.all(Array.from({ length: 12 }, () => db.createOrganisation()));
  await Promise.all(
    orgs.map((org) =>
      withTenant(db.pools.dashboard, tenantForTest({ id: org.orgId }), (sql) =>
        sql.query("select note_revocation($1, 'policy', $2)", [org.orgId, randomUUID()]),
      ),
    ),
  );
  const { rows } = await db.pools.gateway.query<{ epoch: string }>("select epoch from revocations_since($1)", [
    from.toString(),
  ]);
  assert.deepEqual(
    rows.map((row) => BigInt(row.epoch)),
    Array.from({ length: 12 }, (_, i) => from + BigInt(i) + 1n),
  );
});

test("provider secrets that never come to an answer do not keep another organisation's from being tried", async () => {
  const [stuck, fresh] = [await db.createOrganisation(), await db.createOrganisation()];
  const seal = (org: OrganisationFixture, id: string) =>
    org.arrange(async (sql) => {
      await sql.query(
        "insert into organisation_keys (org_id, id, public_jwk, signed) values ($1, 'k1', '{}', 'jws') on conflict do nothing",
        [org.orgId],
      );
      await sql.query(
        "select add_provider_secret($1, $2, 'openai', $3, 'https://api.test', false, '****', $4, 'k1', $5)",
        [org.orgId, id, id, org.members.admin.id, "x".repeat(64)],
      );
    });
  const due = async (): Promise<string[]> => {
    const { rows } = await db.pools.gateway.query<{ id: string }>("select id from unverified_provider_secrets(2)");
    return rows.map((row) => row.id);
  };
  for (const id of await allUnverified()) await noteTried(id.org_id, id.id);
  const [one, two, late] = [randomUUID(), randomUUID(), randomUUID()];
  await seal(stuck, one);
  await seal(stuck, two);
  assert.deepEqual((await due()).toSorted(), [one, two].toSorted());
  for (const id of [one, two]) await noteTried(stuck.orgId, id);
  await seal(fresh, late);
  assert.deepEqual(await due(), [late], "what was tried without an answer waits, and the new one's turn has come");
  const anHourAgo =
    "update provider_secrets set created_at = now() - interval '2 hours', checked_at = now() - interval '1 hour'";
  await stuck.arrange((sql) => sql.query(`${anHourAgo} where id = $1`, [one]));
  assert.deepEqual(await due(), [late, one], "it is tried again later, behind what was never tried");
});

async function allUnverified(): Promise<{ org_id: string; id: string }[]> {
  const { rows } = await db.pools.gateway.query<{ org_id: string; id: string }>(
    "select org_id, id from unverified_provider_secrets(1000)",
  );
  return rows;
}

async function noteTried(orgId: string, id: string): Promise<void> {
  await db.pools.gateway.query("select note_provider_secret_check($1, $2, 1, 'unverified', null)", [orgId, id]);
}

test("answers kept for repeated requests are forgotten after a day, whoever's they are, and no others", async () => {
  const orgs = [await db.createOrganisation(), await db.createOrganisation()];
  for (const org of orgs) {
    await org.arrange((sql) =>
      sql.query(
        `insert into idempotency_keys (org_id, principal_id, route, key, request_hash, status, created_at)
         values ($1, 'p', 'POST /x', 'old', $2, 201, now() - interval '26 hours'),
           ($1, 'p', 'POST /x', 'young', $2, 201, now() - interval '23 hours')`,
        [org.orgId, randomBytes(32)],
      ),
    );
  }
  const forget = () => db.pools.dashboard.query<{ n: number }>("select forget_idempotency_keys() as n");
  assert.deepEqual((await forget()).rows, [{ n: 2 }]);
  for (const org of orgs) {
    const { rows } = await org.arrange((sql) => sql.query("select key from idempotency_keys"));
    assert.deepEqual(rows, [{ key: "young" }]);
  }
});

test("the dashboard's role makes no member and brings no API token back by itself", async () => {
  const tenant = tenantForTest({ id: a.orgId, subject: a.members.owner.id, role: "owner" });
  const refused = (text: string, values: unknown[] = []) =>
    assert.rejects(
      withTenant(db.pools.dashboard, tenant, (sql) => sql.query(text, values)),
      { code: "42501" },
    );
  await refused(
    "insert into members (org_id, id, user_id, email, name, role) values ($1, $2, $2, 'e@example.test', 'n', 'owner')",
    [a.orgId, randomUUID()],
  );
  await refused("update api_tokens set revoked_at = null");
});
