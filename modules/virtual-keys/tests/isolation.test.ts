import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { Caller } from "@meterr/database/testing";
import { KEYS, openWorld, type World } from "./support/world.ts";

let world: World;
before(async () => void (world = await openWorld()));
after(() => world.close());

const list = async (as: Caller): Promise<string[]> =>
  (await world.call("GET", KEYS, { as })).body.items.map((item: { id: string }) => item.id).sort();
const EACH = [
  ["GET", undefined],
  ["PATCH", { limit_usd: "1" }],
  ["DELETE", undefined],
] as const;

test("another organisation's virtual key is reported as not found by every route, and lists never mix", async () => {
  const [mine, theirs]: Caller[] = [
    { org: world.one, role: "owner" },
    { org: world.two, role: "owner" },
  ];
  assert.ok(mine !== undefined && theirs !== undefined);
  const own = await world.mintOne(mine, { limit_usd: "1" });
  const foreign = await world.mintOne(theirs, { limit_usd: "1" });
  const kept = await world.dump();
  for (const [method, body] of EACH) {
    const answer = await world.call(method, `${KEYS}/${foreign.id}`, { as: mine, body });
    const never = await world.call(method, `${KEYS}/${randomUUID()}`, { as: mine, body });
    assert.deepEqual([answer.status, answer.body.code], [404, "not_found"], method);
    assert.equal(answer.body.detail, never.body.detail, "the two cannot be told apart");
  }
  assert.equal(await world.dump(), kept);
  assert.deepEqual(await list(mine), [own.id]);
  assert.deepEqual(await list(theirs), [foreign.id]);
});

test("another organisation's member or provider secret cannot be named in a mint", async () => {
  const secret = await world.addSecret(world.two, "openai");
  const kept = await world.dump();
  for (const [more, code] of [
    [{ member_id: world.two.members.developer.id }, "invalid_input"],
    [{ mode: "live", provider_secret_ids: { openai: secret } }, "provider_secret_unknown"],
    [{ mode: "live" }, "provider_secret_missing"],
  ] as const) {
    const answer = await world.call("POST", KEYS, { body: { name: "x", mode: "test", ...more } });
    assert.deepEqual([answer.status, answer.body.code], [400, code]);
  }
  assert.equal(await world.dump(), kept);
});

test("a developer sees and revokes their own virtual keys only", async () => {
  const developer: Caller = { org: world.one, role: "developer" };
  const own = await world.mintOne(developer, { limit_usd: "0.5" });
  const given = await world.mintOne({ org: world.one, role: "admin" }, { member_id: world.one.members.developer.id });
  const other = await world.mintOne({ org: world.one, role: "admin" }, { limit_usd: "2" });
  assert.equal(own.member_id, world.one.members.developer.id);
  assert.deepEqual(await list(developer), [own.id, given.id].sort());
  for (const role of ["owner", "admin", "viewer"] as const) {
    const seen = await list({ org: world.one, role });
    for (const { id } of [own, given, other]) assert.ok(seen.includes(id), `${role} sees every one`);
  }
  const kept = await world.dump();
  for (const method of ["GET", "DELETE"]) {
    assert.equal((await world.call(method, `${KEYS}/${other.id}`, { as: developer })).status, 404);
  }
  assert.equal(await world.dump(), kept);
  const shown = await world.call("GET", `${KEYS}/${own.id}`, { as: developer });
  assert.deepEqual([shown.status, shown.body.limit_usd, shown.body.providers.length], [200, "0.5", 3]);
  assert.equal((await world.call("DELETE", `${KEYS}/${own.id}`, { as: developer })).status, 204);
});

test("a developer mints for nobody else, and may name themselves", async () => {
  const as: Caller = { org: world.one, role: "developer" };
  const kept = await world.dump();
  for (const member_id of [world.one.members.viewer.id, world.two.members.developer.id, randomUUID()]) {
    const answer = await world.call("POST", KEYS, { as, body: { name: "x", mode: "test", member_id } });
    assert.deepEqual([answer.status, answer.body.code], [403, "forbidden"]);
  }
  assert.equal(await world.dump(), kept);
  const own = world.one.members.developer.id;
  assert.equal((await world.mintOne(as, { member_id: own.toUpperCase() })).member_id, own);
});

test("nobody mints for a member who has left", async () => {
  const { id } = world.two.members.viewer;
  await world.two.arrange((sql) => sql.query("update members set removed_at = now() where id = $1", [id]));
  const as: Caller = { org: world.two, role: "owner" };
  const answer = await world.call("POST", KEYS, { as, body: { name: "x", mode: "test", member_id: id } });
  assert.deepEqual([answer.status, answer.body.errors], [400, [{ path: "body.member_id" }]]);
});
