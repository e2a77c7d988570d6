import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import type { OrganisationFixture } from "@meterr/database/testing";
import { gatewayFixture, type GatewayFixture } from "./support/gateway-fixture.ts";
import { eventOf } from "./support/event-of.ts";

let fixture: GatewayFixture;
let org: OrganisationFixture;
let origin: string;

before(async () => {
  fixture = await gatewayFixture();
  org = await fixture.database.createOrganisation();
  ({ origin } = await fixture.start());
});
after(() => fixture.close());

const chat = (token: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${origin}/openai/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
const hello = { model: "gpt-4o-mini", messages: [{ role: "user", content: "hello" }] };

test("the sealed secret reaches the provider's header and the virtual key does not", async () => {
  const secret = `sk-${randomBytes(24).toString("hex")}`;
  const secretId = await fixture.sealSecret(org, { provider: "openai", secret });
  const { token } = await fixture.mint(org, { providerSecretIds: { openai: secretId } });
  const answer = await chat(token, hello);
  assert.equal(answer.status, 200);
  const upstreamId = answer.headers.get("x-request-id");
  await answer.arrayBuffer();
  const event = await eventOf(org, upstreamId);
  const calls = await fixture.sandbox.calls();
  const call = calls.find((candidate) => candidate.upstream_request_id === event.upstream_request_id);
  assert.equal(call?.credential_sha256, createHash("sha256").update(secret).digest("hex"));
});

test("a plain call passes byte for byte and is settled at its exact price", async () => {
  const { token } = await fixture.mint(org);
  const answer = await chat(token, hello);
  const body = (await answer.json()) as { usage: { prompt_tokens: number; completion_tokens: number } };
  const event = await eventOf(org, answer.headers.get("x-request-id"));
  assert.equal(event.outcome, "settled");
  assert.equal(event.usage_source, "provider");
  assert.equal(Number(event.input), body.usage.prompt_tokens);
  const exact = BigInt(body.usage.prompt_tokens) * 150_000_000n + BigInt(body.usage.completion_tokens) * 600_000_000n;
  assert.equal(event.cost_nanousd, ((exact + 999_999n) / 1_000_000n).toString());
});

test("a stream split at every byte is metered, and the chunk we asked for is taken out again", async () => {
  const { token } = await fixture.mint(org);
  const answer = await chat(token, {
    ...hello,
    stream: true,
    messages: [{ role: "user", content: "hello sandbox:split" }],
  });
  const text = await answer.text();
  assert.match(text, /data: \[DONE\]\n\n$/);
  assert.doesNotMatch(text, /"choices":\[\]/);
  const event = await eventOf(org, answer.headers.get("x-request-id"));
  assert.equal(event.usage_source, "provider");
  assert.ok(Number(event.output) > 0);
});
