import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  boundCost,
  costOf,
  findPrice,
  inspectRequest,
  makeBuckets,
  outputPerChoice,
  type Endpoint,
  type Priced,
  type Provider,
} from "../src/index.ts";

const AT = new Date("2026-11-01T00:00:00Z");
function price(provider: Provider, model: string): Priced {
  const priced = findPrice(provider, model, AT);
  assert.ok(priced);
  return priced;
}
const inspect = (provider: Provider, endpoint: Endpoint, body: object, limited = true) =>
  inspectRequest(provider, endpoint, Buffer.from(JSON.stringify(body)), { limited, model: "gpt-4o-mini" });
const ceil = (micro: bigint): bigint => (micro + 999_999n) / 1_000_000n;

test("the bound counts every byte of text, framing, and the output limit times the choices", () => {
  const body = { model: "gpt-4o-mini", messages: [{ role: "user", content: "é".repeat(1000) }], max_tokens: 100, n: 4 };
  const bound = boundCost(inspect("openai", "chat.completions", body), price("openai", "gpt-4o-mini"));
  assert.ok(bound.inputTokens >= 2000 && bound.inputTokens < 2200);
  assert.equal(bound.outputTokens, 400);
  assert.equal(bound.outputPrice, 600_000_000n);
  assert.equal(bound.inputMicro, BigInt(bound.inputTokens) * 150_000_000n);
  assert.ok(!bound.lowerable && !bound.mustSend);
});

test("without a limit of its own a request is bounded by the model's, and may be lowered", () => {
  const bound = boundCost(
    inspect("openai", "chat.completions", { model: "gpt-4o-mini", messages: [] }),
    price("openai", "gpt-4o-mini"),
  );
  assert.equal(bound.outputTokens, 16_384);
  assert.ok(bound.lowerable && !bound.mustSend);
});

test("a model whose limit nobody knows has the bound sent upstream", () => {
  const priced = { ...price("openai", "gpt-4o-mini"), contextWindow: null, maxOutput: null };
  const bound = boundCost(inspect("openai", "chat.completions", { model: "x", messages: [] }), priced);
  assert.ok(bound.mustSend && bound.lowerable);
});

test("cache writes and long context are bounded at their dearer rates", () => {
  const claude = (more: object) => ({
    model: "claude-sonnet-4-5",
    max_tokens: 10,
    messages: [{ role: "user", content: [{ type: "text", text: "x", ...more }] }],
  });
  const sonnet = price("anthropic", "claude-sonnet-4-5");
  const rate = (more: object): bigint => {
    const bound = boundCost(inspect("anthropic", "messages", claude(more)), sonnet);
    return bound.inputMicro / BigInt(bound.inputTokens);
  };
  assert.equal(rate({}), 3_000_000_000n);
  assert.equal(rate({ cache_control: { type: "ephemeral" } }), 3_750_000_000n);
  assert.equal(rate({ cache_control: { type: "ephemeral", ttl: "1h" } }), 6_000_000_000n);

  const long = {
    model: "claude-sonnet-4-5",
    max_tokens: 10,
    messages: [{ role: "user", content: "x".repeat(250_000) }],
  };
  const bound = boundCost(inspect("anthropic", "messages", long), sonnet);
  assert.equal(bound.inputMicro / BigInt(bound.inputTokens), 6_000_000_000n);
  assert.equal(bound.outputPrice, 22_500_000_000n);
});

test("models that a workspace may have run in the US are bounded with the surcharge", () => {
  const body = { model: "claude-opus-4-6", max_tokens: 10, messages: [] };
  const bound = boundCost(inspect("anthropic", "messages", body), price("anthropic", "claude-opus-4-6"));
  assert.equal(bound.outputPrice, 27_500_000_000n);
});

test("an embedding has no output, and its text counts by the byte", () => {
  const body = { model: "text-embedding-3-small", input: ["four", "more text"] };
  const bound = boundCost(inspect("openai", "embeddings", body), price("openai", "text-embedding-3-small"));
  assert.equal(bound.outputTokens, 0);
  assert.ok(bound.inputTokens >= 13);
});

test("an embedding of tokens counts each of them", () => {
  const body = { model: "text-embedding-3-small", input: [Array.from({ length: 500 }, () => 7), [8]] };
  const { input } = inspect("openai", "embeddings", body);
  assert.equal(input.tokens, 501);
});

test("an exact count of the text replaces its bytes and keeps the framing", () => {
  const body = { model: "gpt-4o-mini", messages: [{ role: "user", content: "漢".repeat(1000) }], max_tokens: 1 };
  const inspection = inspect("openai", "chat.completions", body);
  const priced = price("openai", "gpt-4o-mini");
  const [byBytes, counted] = [boundCost(inspection, priced), boundCost(inspection, priced, 1_001)];
  assert.ok(byBytes.inputTokens > 3_000);
  assert.ok(counted.inputTokens > 1_001 && counted.inputTokens < 1_200);
});

test("tools are bounded at twice their JSON, and an inline image at the dearest known", () => {
  const priced = price("openai", "gpt-4o-mini");
  const plain = { model: "gpt-4o-mini", messages: [], max_tokens: 1 };
  const tokens = (more: object): number =>
    boundCost(inspect("openai", "chat.completions", { ...plain, ...more }), priced).inputTokens -
    boundCost(inspect("openai", "chat.completions", plain), priced).inputTokens;
  const values = Array.from({ length: 200 }, (_, index) => `v${index}`);
  const tool = { type: "function", function: { name: "f", parameters: { enum: values } } };
  assert.ok(tokens({ tools: [tool] }) >= 2 * JSON.stringify(tool).length);
  const image = { role: "user", content: [{ type: "image_url", image_url: { url: "data:image/png;base64,AA" } }] };
  assert.ok(tokens({ messages: [image] }) >= 48_169);
});

test("without a limit the whole body bounds the input", () => {
  const body = { model: "gpt-4o-mini", messages: [{ role: "user", content: "x".repeat(500) }] };
  const bound = boundCost(inspect("openai", "chat.completions", body, false), price("openai", "gpt-4o-mini"));
  assert.ok(bound.inputTokens >= JSON.stringify(body).length);
});

test("a granted output is shared by the choices, and less than one token each is none", () => {
  const inspection = inspect("openai", "chat.completions", { model: "gpt-4o-mini", messages: [], n: 3 });
  assert.equal(outputPerChoice(inspection, 10), 3);
  assert.equal(outputPerChoice(inspection, 2), null);
});

test("no usage within the bounds ever costs more than the bound", () => {
  const models: [Provider, Endpoint, string][] = [
    ["openai", "chat.completions", "gpt-5.4"],
    ["openai", "chat.completions", "gpt-5.6-sol"],
    ["anthropic", "messages", "claude-sonnet-4-5"],
    ["google", "generateContent", "gemini-2.5-pro"],
  ];
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(
      fc.constantFrom(...models),
      fc.integer({ min: 1, max: 400_000 }),
      fc.integer({ min: 1, max: 100_000 }),
      fc.array(share, { minLength: 5, maxLength: 5 }),
      ([provider, endpoint, model], length, limit, [used = 0, cached = 0, written = 0, produced = 0, thought = 0]) => {
        const text = "x".repeat(length);
        const cache = provider === "anthropic" ? { cache_control: { type: "ephemeral" } } : {};
        const content = endpoint === "messages" ? [{ type: "text", text, ...cache }] : text;
        const body =
          provider === "google"
            ? { contents: [{ parts: [{ text }] }], generationConfig: { maxOutputTokens: limit } }
            : { model, messages: [{ role: "user", content }], max_tokens: limit };
        const priced = price(provider, model);
        const bound = boundCost(inspect(provider, endpoint, body), priced);
        const input = Math.floor(used * bound.inputTokens);
        const read = Math.floor(cached * input);
        const wrote = provider === "google" ? 0 : Math.floor(written * (input - read));
        const output = Math.floor(produced * bound.outputTokens);
        const reasoning = Math.floor(thought * output);
        const buckets = makeBuckets({
          input: input - read - wrote,
          cache_read: read,
          cache_write_5m: wrote,
          output: output - reasoning,
          reasoning,
        });
        const most = ceil(bound.inputMicro + BigInt(bound.outputTokens) * bound.outputPrice);
        assert.ok(costOf(buckets, priced.table) <= most);
      },
    ),
  );
});
