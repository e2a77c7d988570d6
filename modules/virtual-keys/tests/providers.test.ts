import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { KEYS, openWorld, type World } from "./support/world.ts";

let world: World;
beforeEach(async () => void (world = await openWorld()));
afterEach(() => world.close());

const mint = (mode: "live" | "test", provider_secret_ids?: Record<string, string>) =>
  world.call("POST", KEYS, { body: { name: "app", mode, ...(provider_secret_ids && { provider_secret_ids }) } });

test("between several provider secrets of one provider the mint must choose", async () => {
  const [first, second] = [await world.addSecret(world.one, "openai"), await world.addSecret(world.one, "openai")];
  const kept = await world.dump();
  const answer = await mint("live");
  assert.deepEqual([answer.status, answer.body.code], [400, "provider_secret_ambiguous"]);
  assert.deepEqual(answer.body.errors, [{ path: "body.provider_secret_ids.openai" }]);
  assert.equal(await world.dump(), kept);
  for (const id of [first, second]) {
    const chosen = await mint("live", { openai: id });
    assert.deepEqual(chosen.body.providers, [{ provider: "openai", provider_secret_id: id }]);
  }
});

test("live and test never mix", async () => {
  const live = await world.addSecret(world.one, "openai");
  const simulated = await world.addSecret(world.one, "openai", { simulated: true });
  const kept = await world.dump();
  for (const [mode, id] of [
    ["live", simulated],
    ["test", live],
  ] as const) {
    const answer = await mint(mode, { openai: id });
    assert.deepEqual([answer.status, answer.body.code], [400, "provider_secret_unknown"]);
  }
  assert.equal(await world.dump(), kept);
  assert.deepEqual((await mint("live")).body.providers, [{ provider: "openai", provider_secret_id: live }]);
  assert.deepEqual((await mint("test")).body.providers, [
    { provider: "anthropic", provider_secret_id: null },
    { provider: "google", provider_secret_id: null },
    { provider: "openai", provider_secret_id: simulated },
  ]);
});

test("a secret of another provider, a revoked one and one that never was are refused alike", async () => {
  const google = await world.addSecret(world.one, "google");
  const revoked = await world.addSecret(world.one, "openai");
  await world.one.arrange((sql) =>
    sql.query("update provider_secrets set revoked_at = now() where id = $1", [revoked]),
  );
  const answers = [
    await mint("live", { openai: google }),
    await mint("live", { openai: revoked }),
    await mint("live", { openai: "8e2c4b8a-7c9d-4e1f-8a2b-3c4d5e6f7a8b" }),
  ];
  for (const { status, body } of answers) assert.deepEqual([status, body.code], [400, "provider_secret_unknown"]);
  assert.equal(new Set(answers.map(({ body }) => body.detail)).size, 1);
});

test("a live key without any provider secret is refused, a test key uses the sandbox's own", async () => {
  const answer = await mint("live");
  assert.deepEqual([answer.status, answer.body.code], [400, "provider_secret_missing"]);
  const { body } = await mint("test");
  assert.deepEqual(
    body.providers.map((bound: { provider_secret_id: unknown }) => bound.provider_secret_id),
    [null, null, null],
  );
});
