import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { nameForTest, openWorld, secretForTest, SECRETS, type World } from "./support/world.ts";

let world: World;
before(async () => void (world = await openWorld()));
after(() => world.close());

test("while the key service is silent nothing is sealed or kept, and the client may try again", async () => {
  const { id } = await world.sealOne();
  const kept = await world.dump();
  world.keyServiceBroken = true;
  for (const headers of [{}, { "idempotency-key": randomUUID() }] as Record<string, string>[]) {
    for (const [path, body] of [
      [SECRETS, { provider: "openai", name: nameForTest(), secret: secretForTest() }],
      [`${SECRETS}/${id}/versions`, { secret: secretForTest() }],
    ] as const) {
      const answer = await world.call("POST", path, { body, headers });
      assert.deepEqual([answer.status, answer.body.code], [503, "dependency_unavailable"]);
      assert.ok(Number(answer.headers.get("retry-after")) > 0);
      assert.doesNotMatch(answer.text, /planted/);
      assert.equal(await world.dump(), kept);
    }
  }
  world.keyServiceBroken = false;
});

test("reading and revoking need no key service", async () => {
  const { id } = await world.sealOne();
  world.keyServiceBroken = true;
  const statuses = [
    (await world.call("GET", SECRETS)).status,
    (await world.call("GET", `${SECRETS}/${id}`)).status,
    (await world.call("DELETE", `${SECRETS}/${id}`)).status,
  ];
  world.keyServiceBroken = false;
  assert.deepEqual(statuses, [200, 200, 204]);
});
