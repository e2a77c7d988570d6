import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { OrganisationFixture } from "@meterr/database/testing";
import { openWorld, secretForTest, SECRETS, type World } from "./support/world.ts";

let world: World;
before(async () => void (world = await openWorld()));
after(() => world.close());

const owner = (org: OrganisationFixture) => ({ org, role: "owner" }) as const;
const idsOf = async (org: OrganisationFixture, query = ""): Promise<string[]> =>
  (await world.call("GET", `${SECRETS}${query}`, { as: owner(org) })).body.items.map((item: { id: string }) => item.id);

test("two organisations' lists never mix", async () => {
  const mine = [await world.sealOne(owner(world.one)), await world.sealOne(owner(world.one))].map(({ id }) => id);
  const theirs = [await world.sealOne(owner(world.two))].map(({ id }) => id);
  assert.deepEqual((await idsOf(world.one)).sort(), mine.sort());
  assert.deepEqual(await idsOf(world.two), theirs);
});

test("another organisation's secret is reported as not found by every route, and stays as it is", async () => {
  const { id } = await world.sealOne(owner(world.two));
  const kept = await world.dump();
  for (const [method, path, body] of [
    ["GET", `${SECRETS}/${id}`, undefined],
    ["DELETE", `${SECRETS}/${id}`, undefined],
    ["POST", `${SECRETS}/${id}/versions`, { secret: secretForTest() }],
  ] as const) {
    const answer = await world.call(method, path, { as: owner(world.one), body });
    assert.deepEqual([answer.status, answer.body.code], [404, "not_found"], method);
    const never = await world.call(method, path.replace(id, "8e2c4b8a-7c9d-4e1f-8a2b-3c4d5e6f7a8b"), {
      as: owner(world.one),
      body,
    });
    assert.equal(never.body.detail, answer.body.detail, "the two cannot be told apart");
  }
  assert.equal(await world.dump(), kept);
  assert.equal((await world.call("GET", `${SECRETS}/${id}`, { as: owner(world.two) })).status, 200);
});

test("a name is taken in one organisation only, and free again once revoked", async () => {
  const first = await world.sealOne(owner(world.one), { name: "shared" });
  assert.equal((await world.sealOne(owner(world.two), { name: "shared" })).name, "shared");
  const kept = await world.dump();
  const again = await world.call("POST", SECRETS, {
    body: { provider: "google", name: "shared", secret: secretForTest() },
  });
  assert.deepEqual([again.status, again.body.code], [409, "name_taken"]);
  assert.equal(await world.dump(), kept);
  assert.equal((await world.call("DELETE", `${SECRETS}/${first.id}`)).status, 204);
  await world.sealOne(owner(world.one), { name: "shared" });
});

test("the dashboard's role cannot read, change or delete what is sealed", async () => {
  for (const text of [
    "select sealed from provider_secret_versions",
    "update provider_secret_versions set sealed = sealed",
    "delete from provider_secret_versions",
    "insert into provider_secret_versions default values",
    "update provider_secrets set destination = 'https://elsewhere.example.test'",
  ]) {
    await assert.rejects(world.db.pools.dashboard.query(text), { code: "42501" }, text);
  }
});
