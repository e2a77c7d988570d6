import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { OrganisationFixture } from "@meterr/database/testing";
import { createToken } from "@meterr/vault";
import { eventually } from "./support/balance-of.ts";
import { eventOf } from "./support/event-of.ts";
import { gatewayFixture, type GatewayFixture } from "./support/gateway-fixture.ts";
import { ask, openaiShape, providerShapes } from "./support/provider-shapes.ts";

let fixture: GatewayFixture;
let org: OrganisationFixture;
let other: OrganisationFixture;
let origin: string;

before(async () => {
  fixture = await gatewayFixture();
  org = await fixture.database.createOrganisation("Northwind");
  other = await fixture.database.createOrganisation("Southwind");
  ({ origin } = await fixture.start());
});
after(() => fixture.close());

async function verdict(answering: Promise<Response>): Promise<[number, string | null]> {
  const answer = await answering;
  await answer.arrayBuffer();
  return [answer.status, answer.headers.get("x-meterr-code")];
}

const chat = (token: string, model: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${origin}/openai/v1/chat/completions`, {
    method: "POST",
    headers: { ...openaiShape.headers(token), ...headers },
    body: JSON.stringify({ ...openaiShape.body("hello"), model }),
  });

for (const shape of providerShapes) {
  test(`a key nobody issued is refused in ${shape.provider}'s own error shape`, async () => {
    const { token } = createToken("test", randomBytes);
    const answer = await ask(origin, shape, token, "hello");
    assert.equal(answer.status, 401);
    assert.equal(shape.errorCode(await answer.json()), "key_invalid");
  });
}

test("a key that is no virtual key, or none at all, is refused", async () => {
  const mangled = createToken("test", randomBytes).token.replace(/.$/, (last) => (last === "a" ? "b" : "a"));
  for (const token of [mangled, `sk-${randomBytes(16).toString("hex")}`, "mtr_test_", "__proto__"]) {
    assert.deepEqual(await verdict(chat(token, "gpt-4o-mini")), [401, "key_invalid"]);
  }
  const none = fetch(`${origin}/openai/v1/models`);
  assert.deepEqual(await verdict(none), [401, "key_invalid"]);
});

test("an expired virtual key is refused and says so", async () => {
  const { token } = await fixture.mint(org, { expiresAt: new Date(Date.now() - 1_000) });
  assert.deepEqual(await verdict(chat(token, "gpt-4o-mini")), [401, "key_expired"]);
});

test("a model beyond the allowed ones is refused, on every endpoint that names one", async () => {
  const { token } = await fixture.mint(org, { allowedModels: ["gpt-4o-mini"] });
  assert.deepEqual(await verdict(chat(token, "gpt-4o-mini")), [200, null]);
  assert.deepEqual(await verdict(chat(token, "gpt-4o")), [403, "model_not_allowed"]);
  for (const shape of providerShapes.slice(1)) {
    assert.deepEqual(await verdict(ask(origin, shape, token, "hello")), [403, "model_not_allowed"]);
  }
});

test("a virtual key bound to origins is refused from any other, and from none", async () => {
  const { token } = await fixture.mint(org, { allowedOrigins: ["https://app.example.test"] });
  const from = (headers: Record<string, string>) => verdict(chat(token, "gpt-4o-mini", headers));
  assert.deepEqual(await from({ origin: "https://app.example.test" }), [200, null]);
  assert.deepEqual(await from({ origin: "https://app.example.test.evil.test" }), [403, "key_invalid"]);
  assert.deepEqual(await from({ origin: "null" }), [403, "key_invalid"]);
  assert.deepEqual(await from({}), [403, "key_invalid"]);
});

test("a model without a price is refused until the organisation sets one, and then costs that", async () => {
  const { token } = await fixture.mint(org);
  const { token: elsewhere } = await fixture.mint(other);
  const model = "house-model-1";
  assert.deepEqual(await verdict(chat(token, model)), [400, "model_unpriced"]);
  assert.deepEqual(await verdict(chat(elsewhere, model)), [400, "model_unpriced"]);
  const version = `own_${randomUUID()}`;
  await org.arrange(async (sql) => {
    await sql.query(
      `insert into organisation_prices (org_id, version, provider, model, prices, created_by)
       values ($1, $2, 'openai', $3, $4, $5)`,
      [org.orgId, version, model, { input: "7000000000", output: "9000000000" }, org.members.admin.id],
    );
    await sql.query("select note_revocation($1, 'policy', $1)", [org.orgId]);
  });
  const served = await eventually(async () => {
    const answer = await chat(token, model);
    if (answer.status === 200) return answer;
    await answer.arrayBuffer();
    return null;
  }, "the price is in force");
  const { usage } = (await served.json()) as { usage: { prompt_tokens: number; completion_tokens: number } };
  const event = await eventOf(org, served.headers.get("x-request-id"));
  assert.equal(event.cost_nanousd, String(usage.prompt_tokens * 7_000 + usage.completion_tokens * 9_000));
  assert.equal(event.price_version, version);
  assert.deepEqual(await verdict(chat(elsewhere, model)), [400, "model_unpriced"]);
});

test("a live key never reaches the sandbox, and a test key nothing else", async () => {
  const secret = `sk-${randomBytes(24).toString("hex")}`;
  const sandboxed = await fixture.sealSecret(org, { provider: "openai", secret });
  const real = await fixture.sealSecret(org, { provider: "openai", secret, destination: "https://api.openai.com/v1" });
  const aside = await fixture.sealSecret(org, { provider: "openai", secret, destination: fixture.sandbox.origin });
  const unlisted = await fixture.sealSecret(org, { provider: "openai", secret, destination: "https://evil.test/v1" });
  const before = (await fixture.sandbox.calls()).length;
  for (const [mode, openai] of [
    ["live", sandboxed],
    ["live", aside],
    ["live", unlisted],
    ["test", real],
    ["test", unlisted],
  ] as const) {
    const { token } = await fixture.mint(org, { mode, providerSecretIds: { openai } });
    assert.deepEqual(await verdict(chat(token, "gpt-4o-mini")), [403, "destination_refused"]);
  }
  assert.equal((await fixture.sandbox.calls()).length, before);
});

test("a virtual key bound to another organisation's provider secret opens nothing", async () => {
  const secret = `sk-${randomBytes(24).toString("hex")}`;
  const theirs = await fixture.sealSecret(other, { provider: "openai", secret });
  const insert = fixture.mint(org, { providerSecretIds: { openai: theirs } });
  // The composite foreign key stands in the way before the gateway is even asked.
  await assert.rejects(insert);
});

test("a sealed row put in another's place is refused, and nothing is dispatched", async () => {
  const seal = () => fixture.sealSecret(org, { provider: "openai", secret: `sk-${randomBytes(24).toString("hex")}` });
  const [mine, swapped] = [await seal(), await seal()];
  await fixture.database.pools.admin.query(
    `update meterr.provider_secret_versions set sealed = (select sealed from meterr.provider_secret_versions
       where provider_secret_id = $2) where provider_secret_id = $1`,
    [mine, swapped],
  );
  const { token } = await fixture.mint(org, { providerSecretIds: { openai: mine } });
  const before = (await fixture.sandbox.calls()).filter((call) => call.endpoint === "chat.completions").length;
  assert.deepEqual(await verdict(chat(token, "gpt-4o-mini")), [503, "ledger_unavailable"]);
  const after = (await fixture.sandbox.calls()).filter((call) => call.endpoint === "chat.completions").length;
  assert.equal(after, before);
});

test("each refusal of a known virtual key is noted for its own organisation, and of an unknown one nowhere", async () => {
  const { id, token } = await fixture.mint(org, { allowedModels: ["gpt-4o-mini"] });
  const refused = await chat(token, "gpt-4o");
  await refused.arrayBuffer();
  const unknown = await chat(createToken("test", randomBytes).token, "gpt-4o");
  await unknown.arrayBuffer();
  const rows = await eventually(async () => {
    const found = await org.arrange((sql) =>
      sql.query("select * from refusals where org_id = $1 and virtual_key_id = $2", [org.orgId, id]),
    );
    return found.rows.length > 0 ? found.rows : null;
  }, "the refusal is noted");
  assert.equal(rows.length, 1);
  const [row] = rows;
  assert.ok(row !== undefined);
  const { code, status, model, provider, endpoint, request_id: requestId } = row;
  assert.deepEqual(
    { code, status, model, provider, endpoint },
    { code: "model_not_allowed", status: 403, model: "gpt-4o", provider: "openai", endpoint: "chat.completions" },
  );
  assert.equal(requestId, refused.headers.get("x-request-id"));
  const all = await fixture.database.pools.admin.query("select from meterr.refusals where request_id = $1", [
    unknown.headers.get("x-request-id"),
  ]);
  assert.equal(all.rowCount, 0);
});
