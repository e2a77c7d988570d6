import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";
import type { OrganisationFixture } from "@meterr/database/testing";
import { freshEmail, freshPassword, openWorld, type Answer, type World } from "./support/world.ts";

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

async function invite(more: Record<string, unknown> = {}, token = owner) {
  const body = { email: freshEmail(), name: "Grace", role: "viewer", ...more };
  const answer = await world.call("POST", "/api/v1/members", { token, body });
  assert.equal(answer.status, 201, answer.text);
  return { ...body, id: String(answer.body["id"]), token: String(answer.body["invitation_token"]), answer };
}

function accept(token: string, password = freshPassword(), more: Record<string, unknown> = {}): Promise<Answer> {
  return world.call("POST", "/api/v1/invitations/accept", { body: { token, password, ...more } });
}

async function isUser(email: string): Promise<boolean> {
  return (await world.identity.findUserByEmail(email)) !== null;
}

test("an invitation makes an account and a member with the role it names", async () => {
  const invited = await invite({ role: "developer", email: `Grace-${randomBytes(4).toString("hex")}@Example.test` });
  assert.equal(invited.answer.body["status"], "invited");
  const days = (Date.parse(String(invited.answer.body["expires_at"])) - Date.now()) / 86_400_000;
  assert.ok(days > 6.9 && days <= 7, String(days));
  const password = freshPassword();
  const joined = await accept(invited.token, password, { name: "Grace H" });
  assert.equal(joined.status, 201, joined.text);
  assert.deepEqual(joined.body["organisation"], { id: ours.orgId, name: "Northwind" });
  assert.equal(joined.text.includes(password), false);

  const cookie = await world.signIn(invited.email.toLowerCase(), password);
  const me = await world.call("GET", "/api/v1/me", { cookie });
  assert.deepEqual([me.body["organisation_id"], me.body["role"]], [ours.orgId, "developer"]);
  const { items } = (await world.call("GET", "/api/v1/members", { token: owner })).body as {
    items: { name: string; status: string }[];
  };
  assert.deepEqual(
    items.filter(({ status, name }) => status === "invited" || name === "Grace H").map(({ status }) => status),
    ["active"],
  );

  assert.deepEqual(
    world.audits.map(({ action, tenantId }) => [action, tenantId]),
    [
      ["member.invited", ours.orgId],
      ["member.joined", ours.orgId],
    ],
  );
  assert.equal(world.audits[1]?.actor.kind, "invitation");
  const recorded = JSON.stringify(world.audits);
  for (const secret of [invited.token, password]) assert.equal(recorded.includes(secret), false);
});

test("an account that exists joins with its password, and with no other", async () => {
  const { email, password } = await account();
  const invited = await invite({ email });
  const wrong = freshPassword();
  const refused = await accept(invited.token, wrong);
  assert.equal(refused.status, 401);
  assert.equal(refused.body["code"], "credential_invalid");
  for (const secret of [wrong, invited.token]) assert.equal(refused.text.includes(secret), false);
  const joined = await accept(invited.token, password);
  assert.equal(joined.status, 201, joined.text);
  const cookie = joined.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
  assert.equal((await world.call("GET", "/api/v1/me", { cookie })).body["organisation_id"], ours.orgId);
});

test("who is signed in joins without a password, by their own invitation only", async () => {
  const { email, password } = await account();
  const cookie = await world.signIn(email, password);
  const invited = await invite({ email });
  const anothers = await invite();
  const refused = await world.call("POST", "/api/v1/invitations/join", { cookie, body: { token: anothers.token } });
  assert.equal(refused.status, 403);
  assert.equal(refused.body["code"], "invitation_for_another");
  const joined = await world.call("POST", "/api/v1/invitations/join", { cookie, body: { token: invited.token } });
  assert.equal(joined.status, 201, joined.text);
  assert.equal((await world.call("GET", "/api/v1/me", { cookie })).body["organisation_id"], ours.orgId);
});

test("a used invitation is used, at the same time as well", async () => {
  const invited = await invite();
  const password = freshPassword();
  const answers = await Promise.all([1, 2, 3].map(() => accept(invited.token, password)));
  const statuses = answers.map(({ status }) => status);
  assert.equal(statuses.filter((status) => status === 201).length, 1, statuses.join());
  assert.ok(
    statuses.every((status) => status === 201 || status === 409),
    statuses.join(),
  );
  const again = await accept(invited.token, password);
  assert.deepEqual([again.status, again.body["code"]], [409, "invitation_used"]);
  assert.ok(await world.signIn(invited.email, password));
});

const VOID: readonly [string, (invited: { id: string; email: string }) => Promise<unknown>][] = [
  [
    "expired",
    ({ id }) => ours.arrange((sql) => sql.query("update invitations set expires_at = now() where id = $1", [id])),
  ],
  ["withdrawn", ({ id }) => world.call("DELETE", `/api/v1/invitations/${id}`, { token: owner })],
  ["replaced by a newer one", ({ email }) => invite({ email })],
];
for (const [what, undo] of VOID) {
  test(`an invitation that is ${what} lets nobody in and makes no account`, async () => {
    const invited = await invite();
    await undo(invited);
    const refused = await accept(invited.token);
    assert.deepEqual([refused.status, refused.body["code"]], [404, "invitation_void"]);
    assert.equal(await isUser(invited.email), false);
  });
}

for (const [what, path, method, body] of [
  ["removed", "", "DELETE", undefined],
  ["made a viewer", "", "PATCH", { role: "viewer" }],
] as const) {
  test(`an invitation by an admin who was ${what} since lets nobody in`, async () => {
    const admin = await world.tokenOf(ours, ours.members.admin);
    const invited = await invite({}, admin);
    const done = await world.call(method, `/api/v1/members/${ours.members.admin.id}${path}`, { token: owner, body });
    assert.ok(done.status < 300, done.text);
    assert.equal((await accept(invited.token)).body["code"], "invitation_void");
    assert.equal(await isUser(invited.email), false);
  });
}

test("a token nobody made is void", async () => {
  assert.equal((await accept(randomBytes(32).toString("base64url"))).body["code"], "invitation_void");
});

test("another organisation's invitation is not listed and not found", async () => {
  const invited = await invite();
  const stranger = await world.tokenOf(theirs, theirs.members.owner);
  assert.equal((await world.call("DELETE", `/api/v1/invitations/${invited.id}`, { token: stranger })).status, 404);
  assert.equal((await world.call("GET", "/api/v1/members", { token: stranger })).text.includes(invited.email), false);
  const joined = await accept(invited.token);
  assert.deepEqual(joined.body["organisation"], { id: ours.orgId, name: "Northwind" });
});

test("the same address may be invited by two organisations, and joins each by its own", async () => {
  const stranger = await world.tokenOf(theirs, theirs.members.owner);
  const first = await invite();
  const second = await invite({ email: first.email, role: "admin" }, stranger);
  const password = freshPassword();
  assert.equal((await accept(first.token, password)).status, 201);
  const joined = await accept(second.token, password);
  assert.deepEqual(joined.body["organisation"], { id: theirs.orgId, name: "Contoso" });
});

test("who is a member cannot be invited again, until removed", async () => {
  const invited = await invite();
  const password = freshPassword();
  const joined = await accept(invited.token, password);
  const body = { email: invited.email, name: "Grace", role: "viewer" };
  const refused = await world.call("POST", "/api/v1/members", { token: owner, body });
  assert.deepEqual([refused.status, refused.body["code"]], [409, "already_member"]);
  const { id } = joined.body["member"] as { id: string };
  assert.equal((await world.call("DELETE", `/api/v1/members/${id}`, { token: owner })).status, 204);
  const again = await invite({ email: invited.email });
  assert.equal((await accept(again.token, password)).status, 201);
});

test("an admin does not replace an owner's invitation", async () => {
  const invited = await invite({ role: "owner" });
  const admin = await world.tokenOf(ours, ours.members.admin);
  const body = { email: invited.email, name: "Grace", role: "viewer" };
  assert.equal((await world.call("POST", "/api/v1/members", { token: admin, body })).status, 403);
  assert.equal((await accept(invited.token)).status, 201);
});

test("a joining that cannot be recorded makes no account and leaves the invitation open", async () => {
  const invited = await invite();
  world.auditBroken = true;
  assert.equal((await accept(invited.token)).status, 500);
  assert.equal(await isUser(invited.email), false);
  world.auditBroken = false;
  assert.equal((await accept(invited.token)).status, 201);
});

test("a weak password is refused and the invitation stays open", async () => {
  const invited = await invite();
  const refused = await accept(invited.token, "short");
  assert.deepEqual([refused.status, refused.body["code"]], [400, "password_refused"]);
  assert.equal((await accept(invited.token)).status, 201);
});

test("a repeated invitation request answers without the token", async () => {
  const body = { email: freshEmail(), name: "Grace", role: "viewer" };
  const headers = { "idempotency-key": randomBytes(8).toString("hex") };
  const first = await world.call("POST", "/api/v1/members", { token: owner, body, headers });
  const second = await world.call("POST", "/api/v1/members", { token: owner, body, headers });
  assert.equal(second.status, 201);
  assert.deepEqual(second.body, { ...first.body, invitation_token: null });
});

async function account(): Promise<{ email: string; password: string }> {
  const made = { email: freshEmail(), password: freshPassword() };
  await world.identity.createUser({ ...made, name: "Ada" });
  return made;
}
