import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";
import type { OrganisationFixture } from "@meterr/database/testing";
import { hashToken } from "@meterr/vault";
import { freshEmail, openWorld, type World } from "./support/world.ts";

let world: World;
let ours: OrganisationFixture;
let theirs: OrganisationFixture;
let owner: string;
before(async () => {
  world = await openWorld();
});
beforeEach(async () => {
  world.audits.length = 0;
  world.auditBroken = false;
  ours = await world.database.createOrganisation("Northwind");
  theirs = await world.database.createOrganisation("Contoso");
  owner = await world.tokenOf(ours, ours.members.owner);
});
after(() => world.close());

async function secondOwner(): Promise<{ id: string; token: string }> {
  const id = randomUUID();
  await ours.arrange((sql) =>
    sql.query(
      "insert into members (org_id, id, user_id, email, name, role) values ($1, $2, $3, $4, 'Second', 'owner')",
      [ours.orgId, id, randomUUID(), freshEmail()],
    ),
  );
  return { id, token: await world.tokenOf(ours, { ...ours.members.owner, id }) };
}

async function owners(): Promise<string[]> {
  return ours.arrange(async (sql) => {
    const found = await sql.query<{ id: string }>(
      "select id from members where org_id = $1 and role = 'owner' and removed_at is null",
      [ours.orgId],
    );
    return found.rows.map(({ id }) => id);
  });
}

test("another organisation's members are not listed, and are not found by role change and removal", async () => {
  const { body } = await world.call("GET", "/api/v1/members", { token: owner });
  const ids = (body["items"] as { id: string }[]).map(({ id }) => id);
  assert.deepEqual(
    ids.sort(),
    Object.values(ours.members)
      .map(({ id }) => id)
      .sort(),
  );
  for (const member of Object.values(theirs.members)) {
    const path = `/api/v1/members/${member.id}`;
    assert.equal((await world.call("PATCH", path, { token: owner, body: { role: "viewer" } })).status, 404);
    assert.equal((await world.call("DELETE", path, { token: owner })).status, 404);
  }
  const outside = await world.call("GET", "/api/v1/members", {
    token: owner,
    headers: { "x-tenant-id": theirs.orgId },
  });
  assert.equal(outside.status, 403);
  assert.deepEqual(world.audits, []);
});

test("the list is paged without losing or repeating anybody, open invitations included", async () => {
  for (let i = 0; i < 3; i++) {
    const body = { email: freshEmail(), name: "Grace", role: "viewer" };
    assert.equal((await world.call("POST", "/api/v1/members", { token: owner, body })).status, 201);
  }
  const seen: { id: string; status: string }[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const page = await world.call("GET", `/api/v1/members?limit=2${query}`, { token: owner });
    assert.equal(page.status, 200, page.text);
    seen.push(...(page.body["items"] as typeof seen));
    cursor = page.body["next_cursor"] as string | null;
  } while (cursor !== null);
  assert.equal(seen.length, 7);
  assert.equal(new Set(seen.map(({ id }) => id)).size, 7);
  assert.equal(seen.filter(({ status }) => status === "invited").length, 3);
  for (const bad of [
    "x",
    "2026-13-45T99:99:99.999Z_" + randomUUID(),
    "2026-01-01T00:00:00.000Z_------------------------------------",
  ]) {
    const refused = await world.call("GET", `/api/v1/members?cursor=${encodeURIComponent(bad)}`, { token: owner });
    assert.equal(refused.status, 400, bad);
  }
});

test("a role changes at once, from the member's next request", async () => {
  const viewer = await world.tokenOf(ours, ours.members.viewer);
  const path = `/api/v1/members/${ours.members.viewer.id}`;
  const changed = await world.call("PATCH", path, { token: owner, body: { role: "admin" } });
  assert.equal(changed.status, 200, changed.text);
  assert.equal(changed.body["role"], "admin");
  assert.equal((await world.call("GET", "/api/v1/me", { token: viewer })).body["role"], "admin");
  const { action, subject, details } = world.audits[0] ?? assert.fail("nothing was recorded");
  assert.deepEqual(
    [action, subject, details],
    ["member.role_changed", { type: "member", id: ours.members.viewer.id }, { from: "viewer", to: "admin" }],
  );
});

test("the last owner neither leaves nor steps down", async () => {
  const path = `/api/v1/members/${ours.members.owner.id}`;
  for (const refused of [
    await world.call("DELETE", path, { token: owner }),
    await world.call("PATCH", path, { token: owner, body: { role: "admin" } }),
  ]) {
    assert.equal(refused.status, 409);
    assert.equal(refused.body["code"], "last_owner");
  }
  assert.deepEqual(await owners(), [ours.members.owner.id]);
  assert.deepEqual(world.audits, []);
});

test("of two owners who remove each other at the same time one remains", async () => {
  for (let round = 0; round < 5; round++) {
    const [first = ""] = await owners();
    const firstToken = await world.tokenOf(ours, { ...ours.members.owner, id: first });
    const second = await secondOwner();
    const answers = await Promise.all([
      world.call("DELETE", `/api/v1/members/${second.id}`, { token: firstToken }),
      world.call("DELETE", `/api/v1/members/${first}`, { token: second.token }),
    ]);
    const statuses = answers.map(({ status }) => status);
    assert.equal(statuses.filter((status) => status === 204).length, 1, statuses.join());
    assert.ok(
      statuses.some((status) => [401, 403, 409].includes(status)),
      statuses.join(),
    );
    assert.equal((await owners()).length, 1);
  }
});

test("of two owners who step down at the same time one remains", async () => {
  const second = await secondOwner();
  const answers = await Promise.all([
    world.call("PATCH", `/api/v1/members/${second.id}`, { token: second.token, body: { role: "viewer" } }),
    world.call("PATCH", `/api/v1/members/${ours.members.owner.id}`, { token: owner, body: { role: "viewer" } }),
  ]);
  assert.deepEqual(answers.map(({ status }) => String(status)).sort(), ["200", "409"]);
  assert.equal((await owners()).length, 1);
});

test("with a member go their virtual keys and API tokens, and nobody else's", async () => {
  const { developer, admin } = ours.members;
  const virtualKey = await ours.createVirtualKey({ memberId: developer.id });
  const other = await ours.createVirtualKey({ memberId: admin.id });
  const token = await world.tokenOf(ours, developer);
  const { gateway, dashboard } = world.database.pools;
  const revoked = async (hash: Buffer) =>
    (await gateway.query<{ revoked: boolean }>("select revoked from find_virtual_key($1)", [hash])).rows[0]?.revoked;
  const found = async () => (await dashboard.query("select from find_api_token($1)", [hashToken(token)])).rowCount;
  assert.deepEqual([await revoked(virtualKey.hash), await found()], [false, 1]);

  assert.equal((await world.call("DELETE", `/api/v1/members/${developer.id}`, { token: owner })).status, 204);
  assert.deepEqual([await revoked(virtualKey.hash), await revoked(other.hash), await found()], [true, false, 0]);
  assert.equal((await world.call("GET", "/api/v1/me", { token })).status, 401);
  const again = await world.call("DELETE", `/api/v1/members/${developer.id}`, { token: owner });
  assert.equal(again.status, 404);
  assert.deepEqual(
    world.audits.map(({ action, details }) => [action, details]),
    [["member.removed", { role: "developer", left: false }]],
  );
});

test("a removal that cannot be recorded does not happen", async () => {
  world.auditBroken = true;
  const path = `/api/v1/members/${ours.members.viewer.id}`;
  assert.equal((await world.call("DELETE", path, { token: owner })).status, 500);
  world.auditBroken = false;
  assert.equal((await world.call("DELETE", path, { token: owner })).status, 204);
});

test("who belongs to several organisations names one, and none beyond them", async () => {
  const { id: userId, email } = await world.identity.createUser({
    email: freshEmail(),
    name: "Ada",
    password: `correct ${randomUUID()}`,
  });
  const password = `another ${randomUUID()}`;
  await world.identity.setPassword(userId, password);
  for (const organisation of [ours, theirs]) {
    await organisation.arrange((sql) =>
      sql.query("update members set user_id = $1 where id = $2", [userId, organisation.members.admin.id]),
    );
  }
  const cookie = await world.signIn(email, password);
  const me = await world.call("GET", "/api/v1/me", { cookie });
  const names = (me.body["memberships"] as { organisation: { name: string } }[]).map(
    ({ organisation }) => organisation.name,
  );
  assert.deepEqual(
    [names, me.body["organisation_id"], me.body["role"], me.body["permissions"]],
    [["Northwind", "Contoso"], null, null, []],
  );
  assert.equal((await world.call("GET", "/api/v1/members", { cookie })).body["code"], "tenant_required");
  const headers = { "x-tenant-id": theirs.orgId };
  assert.equal((await world.call("GET", "/api/v1/me", { cookie, headers })).body["organisation_id"], theirs.orgId);
  assert.equal((await world.call("GET", "/api/v1/members", { cookie, headers })).status, 200);
  const beyond = { "x-tenant-id": randomUUID() };
  assert.equal((await world.call("GET", "/api/v1/me", { cookie, headers: beyond })).status, 403);
});
