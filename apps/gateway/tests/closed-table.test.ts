import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import type { OrganisationFixture } from "@meterr/database/testing";
import { balanceOf } from "./support/balance-of.ts";
import { gatewayFixture, type GatewayFixture } from "./support/gateway-fixture.ts";

const CANARY = `canary${randomBytes(12).toString("hex")}`;

let fixture: GatewayFixture;
let org: OrganisationFixture;
let origin: string;
let limited: string;
let unlimited: string;

before(async () => {
  fixture = await gatewayFixture();
  org = await fixture.database.createOrganisation();
  ({ origin } = await fixture.start());
  ({ token: limited } = await fixture.mint(org, { limitNanousd: 10n ** 12n }));
  ({ token: unlimited } = await fixture.mint(org));
});
after(() => fixture.close());

interface Row {
  /** The path that the refusal names. */
  readonly path: string;
  /** Members beside those of the plainest call. */
  readonly body: Record<string, unknown>;
}

interface Endpoint {
  readonly url: string;
  readonly headers: (token: string) => Record<string, string>;
  readonly base: Record<string, unknown>;
  readonly rows: readonly Row[];
}

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
const user = (content: unknown) => [{ role: "user", content }];

const endpoints: readonly Endpoint[] = [
  {
    url: "/openai/v1/chat/completions",
    headers: bearer,
    base: { model: "gpt-4o-mini", max_tokens: 5, messages: user("hello") },
    rows: [
      { path: "audio", body: { audio: { voice: CANARY } } },
      { path: "prediction", body: { prediction: { type: "content", content: CANARY } } },
      { path: "web_search_options", body: { web_search_options: { search_context_size: CANARY } } },
      { path: "service_tier", body: { service_tier: "priority" } },
      { path: "modalities[1]", body: { modalities: ["text", CANARY] } },
      { path: "tools[0].type", body: { tools: [{ type: CANARY }] } },
      { path: "messages[0].audio", body: { messages: [{ role: "assistant", audio: { id: CANARY } }] } },
      { path: "messages[0].content[0]", body: { messages: user([{ type: "input_audio", input_audio: CANARY }]) } },
      { path: "messages[0].content[0]", body: { messages: user([{ type: "file", file: { file_id: CANARY } }]) } },
      { path: "messages[0].content[0].type", body: { messages: user([{ type: CANARY }]) } },
      {
        path: "messages[0].content[0].image_url.url",
        body: { messages: user([{ type: "image_url", image_url: { url: `https://example.test/${CANARY}` } }]) },
      },
      { path: "stream_options.other", body: { stream_options: { other: CANARY } } },
      { path: "a_field_nobody_listed", body: { a_field_nobody_listed: CANARY } },
      { path: "model", body: { model: "gpt-4o-mini-search-preview" } },
    ],
  },
  {
    url: "/openai/v1/responses",
    headers: bearer,
    base: { model: "gpt-4o-mini", max_output_tokens: 16, input: "hello" },
    rows: [
      { path: "background", body: { background: true } },
      { path: "conversation", body: { conversation: CANARY } },
      { path: "previous_response_id", body: { previous_response_id: CANARY } },
      { path: "prompt", body: { prompt: { id: CANARY } } },
      { path: "context_management", body: { context_management: [{ type: CANARY }] } },
      { path: "service_tier", body: { service_tier: "priority" } },
      { path: "tools[0].type", body: { tools: [{ type: "web_search" }] } },
      { path: "tools[0].type", body: { tools: [{ type: "file_search", vector_store_ids: [CANARY] }] } },
      { path: "tools[0].type", body: { tools: [{ type: "code_interpreter", container: CANARY }] } },
      { path: "tools[0].type", body: { tools: [{ type: "mcp", server_url: CANARY }] } },
      { path: "input[0].type", body: { input: [{ type: "item_reference", id: CANARY }] } },
      { path: "input[0].content[0]", body: { input: user([{ type: "input_file", file_id: CANARY }]) } },
      { path: "input[0].content[0]", body: { input: user([{ type: "input_audio", input_audio: CANARY }]) } },
      { path: "input[0].content[0].file_id", body: { input: user([{ type: "input_image", file_id: CANARY }]) } },
      {
        path: "input[0].content[0].image_url",
        body: { input: user([{ type: "input_image", image_url: `https://example.test/${CANARY}` }]) },
      },
      { path: "a_field_nobody_listed", body: { a_field_nobody_listed: CANARY } },
    ],
  },
  {
    url: "/openai/v1/embeddings",
    headers: bearer,
    base: { model: "text-embedding-3-small", input: "hello" },
    rows: [
      { path: "input", body: { input: [{ text: CANARY }] } },
      { path: "a_field_nobody_listed", body: { a_field_nobody_listed: CANARY } },
    ],
  },
  {
    url: "/anthropic/v1/messages",
    headers: (token) => ({ "x-api-key": token, "anthropic-version": "2023-06-01" }),
    base: { model: "claude-haiku-4-5", max_tokens: 5, messages: user("hello") },
    rows: [
      { path: "container", body: { container: CANARY } },
      { path: "mcp_servers", body: { mcp_servers: [{ url: CANARY }] } },
      { path: "context_management", body: { context_management: { edits: [CANARY] } } },
      { path: "inference_geo", body: { inference_geo: "us" } },
      { path: "speed", body: { speed: "fast" } },
      { path: "service_tier", body: { service_tier: CANARY } },
      { path: "tools[0].type", body: { tools: [{ type: "web_search_20250305", name: CANARY }] } },
      { path: "tools[0].type", body: { tools: [{ type: "code_execution_20250522", name: CANARY }] } },
      { path: "cache_control", body: { cache_control: { type: "ephemeral", ttl: CANARY } } },
      {
        path: "messages[0].content[0].source",
        body: { messages: user([{ type: "image", source: { type: "url", url: CANARY } }]) },
      },
      {
        path: "messages[0].content[0].source",
        body: { messages: user([{ type: "image", source: { type: "file", file_id: CANARY } }]) },
      },
      {
        path: "messages[0].content[0].source.type",
        body: { messages: user([{ type: "document", source: { type: "base64", data: CANARY } }]) },
      },
      {
        path: "messages[0].content[0].citations.enabled",
        body: { messages: user([{ type: "document", citations: { enabled: true } }]) },
      },
      { path: "messages[0].content[0].type", body: { messages: user([{ type: "server_tool_use", id: CANARY }]) } },
      { path: "a_field_nobody_listed", body: { a_field_nobody_listed: CANARY } },
    ],
  },
  ...["generateContent", "streamGenerateContent?alt=sse"].map((action) => ({
    url: `/google/v1beta/models/gemini-2.5-flash:${action}`,
    headers: (token: string) => ({ "x-goog-api-key": token }),
    base: { contents: [{ parts: [{ text: "hello" }] }], generationConfig: { maxOutputTokens: 5 } },
    rows: [
      { path: "cachedContent", body: { cachedContent: CANARY } },
      { path: "cached_content", body: { cached_content: CANARY } },
      { path: "serviceTier", body: { serviceTier: "priority" } },
      { path: "tools[0].googleSearch", body: { tools: [{ googleSearch: { q: CANARY } }] } },
      { path: "tools[0].codeExecution", body: { tools: [{ codeExecution: {} }] } },
      { path: "tools[0].urlContext", body: { tools: [{ urlContext: {} }] } },
      ...["inlineData", "fileData", "executableCode", "codeExecutionResult", "videoMetadata"].map((name) => ({
        path: `contents[0].parts[0].${name}`,
        body: { contents: [{ parts: [{ [name]: { data: CANARY } }] }] },
      })),
      { path: "generationConfig.speechConfig", body: { generationConfig: { speechConfig: { voice: CANARY } } } },
      { path: "generationConfig.imageConfig", body: { generationConfig: { imageConfig: { size: CANARY } } } },
      { path: "generationConfig.responseModalities[0]", body: { generationConfig: { responseModalities: ["AUDIO"] } } },
      {
        path: "generationConfig.max_output_tokens",
        body: { generationConfig: { maxOutputTokens: 5, max_output_tokens: 500_000 } },
      },
      { path: "a_field_nobody_listed", body: { a_field_nobody_listed: CANARY } },
    ],
  })),
];

const send = (endpoint: Endpoint, token: string, body: string): Promise<Response> =>
  fetch(origin + endpoint.url, {
    method: "POST",
    headers: { "content-type": "application/json", ...endpoint.headers(token) },
    body,
  });

for (const endpoint of endpoints) {
  test(`under a limit ${endpoint.url} refuses every field that adds cost, by its path and never its value`, async () => {
    const plain = await send(endpoint, limited, JSON.stringify(endpoint.base));
    await plain.arrayBuffer();
    assert.equal(plain.status, 200, "the plainest call passes");
    const before = (await fixture.sandbox.calls()).length;
    for (const row of endpoint.rows) {
      const answer = await send(endpoint, limited, JSON.stringify({ ...endpoint.base, ...row.body }));
      const text = await answer.text();
      assert.equal(answer.status, 400, row.path);
      assert.equal(answer.headers.get("x-meterr-code"), "not_metered", row.path);
      assert.ok(text.includes(`${row.path} is refused`), `${row.path}: ${text}`);
      assert.ok(!text.includes(CANARY), `${row.path} quotes the value`);
    }
    assert.equal((await fixture.sandbox.calls()).length, before, "nothing went upstream");
  });
}

test("without a limit the same fields pass to the provider", async () => {
  for (const endpoint of endpoints) {
    const before = (await fixture.sandbox.calls()).length;
    let dispatched = 0;
    for (const row of endpoint.rows) {
      const answer = await send(endpoint, unlimited, JSON.stringify({ ...endpoint.base, ...row.body }));
      await answer.arrayBuffer();
      const code = answer.headers.get("x-meterr-code");
      // A search model has no price of its own, limit or no limit.
      if (row.path === "model" && code === "model_unpriced") continue;
      assert.notEqual(code, "not_metered", `${endpoint.url} ${row.path}`);
      dispatched += 1;
    }
    assert.equal((await fixture.sandbox.calls()).length, before + dispatched, endpoint.url);
  }
});

test("a member given twice is not_metered under a limit, at any depth, and reserves nothing", async () => {
  const [chat] = endpoints;
  assert.ok(chat !== undefined);
  const { id, token } = await fixture.mint(org, { limitNanousd: 10n ** 12n });
  const bodies = [
    `{"model":"gpt-4o-mini","max_tokens":5,"max_tokens":50000,"messages":[{"role":"user","content":"hello"}]}`,
    `{"model":"gpt-4o-mini","max_tokens":5,"messages":[{"role":"user","content":"a","content":"b"}]}`,
    `{"model":"gpt-4o-mini","max_tokens":5,"messages":[],"m\\u0061x_tokens":50000}`,
  ];
  for (const body of bodies) {
    const answer = await send(chat, token, body);
    await answer.arrayBuffer();
    assert.equal(answer.status, 400);
    assert.equal(answer.headers.get("x-meterr-code"), "not_metered");
  }
  assert.deepEqual(await balanceOf(org, id), { limit: 10n ** 12n, spent: 0n, reserved: 0n });
});

test("a model named twice cannot slip past the allowed models, limit or no limit", async () => {
  const [chat] = endpoints;
  assert.ok(chat !== undefined);
  const { token } = await fixture.mint(org, { allowedModels: ["gpt-4o-mini"] });
  const body = `{"model":"gpt-4o","model":"gpt-4o-mini","messages":[{"role":"user","content":"hello"}]}`;
  const answer = await send(chat, token, body);
  await answer.arrayBuffer();
  assert.equal(answer.status, 400);
});

test("under a limit a beta header is refused unless it is known to change no price", async () => {
  const messages = endpoints.find((endpoint) => endpoint.url === "/anthropic/v1/messages");
  assert.ok(messages !== undefined);
  const withBeta = (beta: string, token: string): Promise<Response> =>
    fetch(origin + messages.url, {
      method: "POST",
      headers: { "content-type": "application/json", ...messages.headers(token), "anthropic-beta": beta },
      body: JSON.stringify(messages.base),
    });
  const statuses = [
    await withBeta("interleaved-thinking-2025-05-14", limited),
    await withBeta(`interleaved-thinking-2025-05-14, ${CANARY}`, limited),
    await withBeta(CANARY, unlimited),
  ].map((answer) => answer.status);
  assert.deepEqual(statuses, [200, 400, 200]);
});
