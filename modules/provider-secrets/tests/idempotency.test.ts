import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { nameForTest, openWorld, secretForTest, SECRETS, type World } from "./support/world.ts";

let world: World;
before(async () => void (world = await openWorld()));
after(() => world.close());

const body = () => ({ provider: "openai", name: nameForTest(), secret: secretForTest() });
const keyed = () => ({ "idempotency-key": randomUUID() });

test("a repeated sealing answers the same and seals nothing more", async () => {
  const ask = { body: body(), headers: keyed() };
  const first = await world.call("POST", SECRETS, ask);
  const kept = await world.dump();
  const again = await world.call("POST", SECRETS, ask);
  assert.deepEqual([again.status, again.body], [201, first.body]);
  assert.equal(again.headers.get("idempotent-replayed"), "true");
  assert.equal(await world.dump(), kept);
});

test("a repeated rotation makes one version", async () => {
  const { id } = await world.sealOne();
  const ask = { body: { secret: secretForTest() }, headers: keyed() };
  for (const _ of [1, 2]) {
    const answer = await world.call("POST", `${SECRETS}/${id}/versions`, ask);
    assert.deepEqual([answer.status, answer.body.version], [201, 2]);
  }
  assert.equal((await world.versions(world.one, id)).length, 2);
});

test("the same key for another request is refused", async () => {
  const headers = keyed();
  await world.call("POST", SECRETS, { body: body(), headers });
  const kept = await world.dump();
  const other = await world.call("POST", SECRETS, { body: body(), headers });
  assert.deepEqual([other.status, other.body.code], [422, "idempotency_key_reused"]);
  assert.equal(await world.dump(), kept);
});

test("another organisation's request with the same key is its own", async () => {
  const headers = keyed();
  const ask = { body: body(), headers };
  const first = await world.call("POST", SECRETS, ask);
  const theirs = await world.call("POST", SECRETS, { ...ask, as: { org: world.two, role: "owner" } });
  assert.equal(theirs.status, 201);
  assert.notEqual(theirs.body.id, first.body.id);
});

test("revocation takes no such key, and says so", async () => {
  const { id } = await world.sealOne();
  const answer = await world.call("DELETE", `${SECRETS}/${id}`, { headers: keyed() });
  assert.equal(answer.status, 400);
  assert.equal((await world.call("GET", `${SECRETS}/${id}`)).body.status, "unverified");
});
