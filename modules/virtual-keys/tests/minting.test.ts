import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import { after, before, test } from "node:test";
import { hashToken, parseToken } from "@meterr/vault";
import { KEYS, openWorld, type World } from "./support/world.ts";

let world: World;
before(async () => void (world = await openWorld()));
after(() => world.close());

interface Found {
  org_id: string;
  id: string;
  mode: string;
  revoked: boolean;
  limited: boolean;
  allowed_models: string[] | null;
  providers: Record<string, { provider_secret_id: string | null }>;
}

/** As the gateway asks, before it knows any organisation. */
async function find(key: string): Promise<Found | undefined> {
  const { rows } = await world.db.pools.gateway.query<Found>("select * from find_virtual_key($1)", [hashToken(key)]);
  return rows[0];
}

test("the key in the answer is the one the gateway finds, with what it was given", async () => {
  const openai = await world.addSecret(world.one, "openai");
  const minted = await world.call("POST", KEYS, {
    body: { name: "checkout", mode: "live", limit_usd: "0.01", allowed_models: ["gpt-4o"] },
  });
  const { key, id } = minted.body;
  assert.deepEqual([minted.status, parseToken(key)], [201, { kind: "live" }]);
  assert.equal(minted.body.display, key.slice(0, 12));
  assert.deepEqual([minted.body.limit_nanousd, minted.body.limit_usd], ["10000000", "0.01"]);
  const found = await find(key);
  assert.ok(found !== undefined);
  assert.deepEqual(
    [found.org_id, found.id, found.mode, found.revoked, found.limited, found.allowed_models],
    [world.one.orgId, id, "live", false, true, ["gpt-4o"]],
  );
  assert.deepEqual(Object.keys(found.providers), ["openai"]);
  assert.equal(found.providers["openai"]?.provider_secret_id, openai);
});

test("the key is shown once and stored nowhere", async () => {
  const { key, id } = await world.mintOne();
  const texts = [
    (await world.call("GET", `${KEYS}/${id}`)).text,
    (await world.call("GET", KEYS)).text,
    await world.dump(),
    inspect(world.audits, { depth: 10 }),
  ];
  const random = key.slice(9);
  for (const text of texts) {
    assert.ok(text.includes(id) || text.includes("minted"));
    for (const form of [
      key,
      random,
      Buffer.from(key).toString("hex"),
      Buffer.from(key).toString("base64").slice(16, -4),
    ]) {
      assert.equal(text.includes(form), false);
    }
    assert.equal(text.includes(hashToken(key).toString("hex")), text === texts[2], "the hash is in the table alone");
  }
  await assert.rejects(world.db.pools.dashboard.query("select hash from virtual_keys"), { code: "42501" });
});

test("a repeated mint answers without the key and mints no second one", async () => {
  const ask = { body: { name: "once", mode: "test", limit_usd: "1" }, headers: { "idempotency-key": randomUUID() } };
  const first = await world.call("POST", KEYS, ask);
  const kept = await world.dump();
  const again = await world.call("POST", KEYS, ask);
  assert.equal(again.status, 201);
  assert.deepEqual(again.body, { ...first.body, key: null });
  assert.equal(again.headers.get("idempotent-replayed"), "true");
  assert.equal(again.text.includes(first.body.key), false);
  assert.equal(await world.dump(), kept);
  assert.equal(kept.includes(first.body.key), false, "the kept answer is without the key");
});

test("of mints at one moment under one key a single one is made", async () => {
  const ask = { body: { name: "raced", mode: "test" }, headers: { "idempotency-key": randomUUID() } };
  const answers = await Promise.all([1, 2, 3, 4].map(() => world.call("POST", KEYS, ask)));
  assert.equal(answers.filter(({ body }) => typeof body.key === "string").length, 1);
  for (const { status } of answers) assert.ok(status === 201 || status === 409, String(status));
  const { body } = await world.call("GET", `${KEYS}?limit=200`);
  assert.equal(body.items.filter((item: { name: string }) => item.name === "raced").length, 1);
});

test("an expiry in the past is refused, one ahead ends the key in the list", async () => {
  const kept = await world.dump();
  const past = await world.call("POST", KEYS, {
    body: { name: "x", mode: "test", expires_at: "2020-01-01T00:00:00Z" },
  });
  assert.deepEqual([past.status, past.body.code], [400, "expiry_past"]);
  assert.equal(await world.dump(), kept);
  const { id } = await world.mintOne(undefined, { expires_at: new Date(Date.now() + 3_600_000).toISOString() });
  assert.equal((await world.call("GET", `${KEYS}/${id}`)).body.status, "active");
  await world.one.arrange((sql) => sql.query("update virtual_keys set expires_at = now() where id = $1", [id]));
  assert.equal((await world.call("GET", `${KEYS}/${id}`)).body.status, "expired");
});

test("names of SQL and HTML are kept as the text they are", async () => {
  const name = `<img src=x onerror=alert(1)>'; drop table virtual_keys; --`;
  const { id } = await world.mintOne(undefined, { name });
  assert.equal((await world.call("GET", `${KEYS}/${id}`)).body.name, name);
});

test("without a sandbox there is no test mode to mint for", async () => {
  const bare = await openWorld(false);
  try {
    const answer = await bare.call("POST", KEYS, { body: { name: "x", mode: "test" } });
    assert.deepEqual([answer.status, answer.body.code], [400, "test_mode_unavailable"]);
  } finally {
    await bare.close();
  }
});
