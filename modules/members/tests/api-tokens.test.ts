import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";
import type { OrganisationFixture } from "@meterr/database/testing";
import { parseToken } from "@meterr/vault";
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
  ours = await world.database.createOrganisation("Northwind");
  theirs = await world.database.createOrganisation("Contoso");
  owner = await world.tokenOf(ours, ours.members.owner);
});
after(() => world.close());

function mint(body: Record<string, unknown> = { name: "report" }, headers: Record<string, string> = {}) {
  return world.call("POST", "/api/v1/api-tokens", { token: owner, body, headers });
}

test("an API token is shown once, acts as its member, and its revocation is immediate", async () => {
  const made = await mint();
  assert.equal(made.status, 201, made.text);
  const token = String(made.body["token"]);
  assert.deepEqual(parseToken(token), { kind: "api" });
  const me = await world.call("GET", "/api/v1/me", { token });
  assert.deepEqual([me.body["member_id"], me.body["role"]], [ours.members.owner.id, "owner"]);

  const listed = await world.call("GET", "/api/v1/api-tokens", { token: owner });
  assert.ok(listed.text.includes(String(made.body["id"])));
  assert.equal(listed.text.includes(token), false);

  const path = `/api/v1/api-tokens/${String(made.body["id"])}`;
  assert.equal((await world.call("DELETE", path, { token: owner })).status, 204);
  assert.equal((await world.call("GET", "/api/v1/me", { token })).status, 401);
  assert.equal((await world.call("DELETE", path, { token: owner })).status, 404);
  const after = await world.call("GET", "/api/v1/api-tokens", { token: owner });
  assert.equal(after.text.includes(String(made.body["id"])), false);
  const all = await world.call("GET", "/api/v1/api-tokens?include_revoked=true", { token: owner });
  assert.ok(all.text.includes('"status":"revoked"'));

  assert.deepEqual(
    world.audits.map(({ action }) => action),
    ["api_token.minted", "api_token.revoked"],
  );
  assert.equal(JSON.stringify(world.audits).includes(token), false);
});

test("who acted by an API token is told by the member's address and the token's name", async () => {
  const named = await mint({ name: "nightly report" });
  const invited = { email: freshEmail(), name: "Grace", role: "viewer" };
  await world.call("POST", "/api/v1/members", { token: String(named.body["token"]), body: invited });
  const { email } = ours.members.owner;
  assert.deepEqual(
    world.audits.map(({ actor }) => [actor.kind, actor.label]),
    [
      ["api_token", `${email}, by the API token test`],
      ["api_token", `${email}, by the API token nightly report`],
    ],
  );
  assert.equal(world.audits[1]?.actor.id, named.body["id"]);
});

test("names of any length leave room for what the audit log keeps", async () => {
  const email = `${"x".repeat(300)}@example.test`;
  const { id } = ours.members.owner;
  await ours.arrange((sql) => sql.query("update members set email = $1 where id = $2", [email, id]));
  assert.equal((await mint({ name: "n".repeat(120) })).status, 201);
  assert.equal(world.audits[0]?.actor.label.length, 320);
});

test("a repeated request answers without the token and mints nothing", async () => {
  const headers = { "idempotency-key": randomUUID() };
  const first = await mint({ name: "report" }, headers);
  const second = await mint({ name: "report" }, headers);
  assert.equal(second.status, 201);
  assert.deepEqual(second.body, { ...first.body, token: null });
  const { items } = (await world.call("GET", "/api/v1/api-tokens", { token: owner })).body as {
    items: { name: string }[];
  };
  assert.equal(items.filter(({ name }) => name === "report").length, 1);
});

test("an expired token is refused, and one cannot be minted expired", async () => {
  const past = await mint({ name: "late", expires_at: "2020-01-01T00:00:00Z" });
  assert.deepEqual([past.status, past.body["code"]], [400, "expiry_past"]);
  const made = await mint({ name: "soon", expires_at: new Date(Date.now() + 3_600_000).toISOString() });
  const token = String(made.body["token"]);
  assert.equal((await world.call("GET", "/api/v1/me", { token })).status, 200);
  await ours.arrange((sql) => sql.query("update api_tokens set expires_at = now() where id = $1", [made.body["id"]]));
  assert.equal((await world.call("GET", "/api/v1/me", { token })).status, 401);
});

test("another organisation's API token is not listed and not found", async () => {
  const made = await mint();
  const stranger = await world.tokenOf(theirs, theirs.members.owner);
  const path = `/api/v1/api-tokens/${String(made.body["id"])}`;
  assert.equal((await world.call("DELETE", path, { token: stranger })).status, 404);
  assert.equal(
    (await world.call("GET", "/api/v1/api-tokens", { token: stranger })).text.includes(String(made.body["id"])),
    false,
  );
  assert.equal((await world.call("GET", "/api/v1/me", { token: String(made.body["token"]) })).status, 200);
});

const INVALID: readonly [string, Record<string, unknown>][] = [
  ["another's member id", { name: "report", member_id: randomUUID() }],
  ["a role", { name: "report", role: "owner" }],
  ["no name", {}],
  ["an expiry that is no time", { name: "report", expires_at: "tomorrow" }],
];
for (const [what, body] of INVALID) {
  test(`minting with ${what} is invalid input`, async () => {
    const refused = await mint(body);
    assert.deepEqual([refused.status, refused.body["code"]], [400, "invalid_input"]);
  });
}

test("a refusal repeats nothing of what was sent", async () => {
  const canary = `mtr_api_${randomBytes(20).toString("hex")}`;
  for (const answer of [
    await mint({ name: canary, expires_at: "2020-01-01T00:00:00Z" }),
    await mint({ name: "x", [canary]: 1 }),
    await world.call("GET", "/api/v1/me", { token: canary }),
  ]) {
    assert.ok(answer.status >= 400);
    assert.equal(answer.text.includes(canary), false);
  }
});

const mintBy = (token: unknown, body: Record<string, unknown>) =>
  world.call("POST", "/api/v1/api-tokens", { token: String(token), body });

/** The id of the token, as the API names who is asking. */
async function idOf(token: string): Promise<string> {
  const me = (await world.call("GET", "/api/v1/me", { token })).body as { principal: { id: string } };
  return me.principal.id;
}

test("a token minted by a token ends with it, outlives it by no second, and mints none itself", async () => {
  const soon = new Date(Date.now() + 3_600_000).toISOString();
  const parent = await world.tokenOf(ours, ours.members.owner);
  const parentId = await idOf(parent);
  await ours.arrange((sql) => sql.query("update api_tokens set expires_at = $2 where id = $1", [parentId, soon]));

  const later = new Date(Date.now() + 7_200_000).toISOString();
  const beyond = await mintBy(parent, { name: "child", expires_at: later });
  assert.deepEqual([beyond.status, beyond.body["code"]], [400, "expiry_beyond"]);
  const child = (await mintBy(parent, { name: "child" })).body;
  assert.equal(child["expires_at"], soon, "it expires with the token that minted it");
  const grandchild = await mintBy(child["token"], { name: "grandchild" });
  assert.deepEqual([grandchild.status, grandchild.body["code"]], [403, "forbidden"]);

  assert.equal((await world.call("GET", "/api/v1/me", { token: String(child["token"]) })).status, 200);
  assert.equal((await world.call("DELETE", `/api/v1/api-tokens/${parentId}`, { token: owner })).status, 204);
  assert.equal((await world.call("GET", "/api/v1/me", { token: String(child["token"]) })).status, 401);
  const listed = await world.call("GET", "/api/v1/api-tokens", { token: owner });
  assert.equal(listed.text.includes(String(child["id"])), false, "the list says so too");
});

test("a token minted at the moment its minter is revoked is worth nothing", async () => {
  const parent = await world.tokenOf(ours, ours.members.owner);
  const minted = await mintBy(parent, { name: "child" });
  assert.equal(minted.status, 201, minted.text);
  const parentId = await idOf(parent);
  // As when the revocation had not seen the child's row yet.
  await ours.arrange((sql) => sql.query("update api_tokens set revoked_at = now() where id = $1", [parentId]));
  assert.equal((await world.call("GET", "/api/v1/me", { token: String(minted.body["token"]) })).status, 401);
});

test("no more tokens are minted than a list shows, and revoking one makes room", async () => {
  await ours.arrange((sql) =>
    sql.query(
      `insert into api_tokens (org_id, id, member_id, name, hash, display)
       select $1, gen_random_uuid(), $2, 'many', sha256((gen_random_uuid())::text::bytea), 'mtr_api_abcd'
       from generate_series(2, 500)`,
      [ours.orgId, ours.members.owner.id],
    ),
  );
  const refused = await mint();
  assert.deepEqual([refused.status, refused.body["code"]], [409, "conflict"]);
  const { items } = (await world.call("GET", "/api/v1/api-tokens", { token: owner })).body as {
    items: { id: string }[];
  };
  assert.equal(items.length, 500);
  const ownId = await idOf(owner);
  const another = items.find(({ id }) => id !== ownId)?.id ?? "";
  assert.equal((await world.call("DELETE", `/api/v1/api-tokens/${another}`, { token: owner })).status, 204);
  assert.equal((await mint()).status, 201);
});
