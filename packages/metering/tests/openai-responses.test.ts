import assert from "node:assert/strict";
import { test } from "node:test";
import { extractUsage, streamTap } from "../src/index.ts";

// Shapes of https://platform.openai.com/docs/api-reference/responses/object and …/responses-streaming
const response = (status: string, usage: unknown) => ({
  id: "resp_1",
  object: "response",
  status,
  model: "gpt-5.1",
  service_tier: "default",
  // A schema whose property is called usage must not be taken for the usage block.
  tools: [{ type: "function", name: "f", parameters: { properties: { usage: { type: "object" } } } }],
  output: [
    { type: "web_search_call", status: "completed", action: { type: "search", query: "q" } },
    { type: "web_search_call", status: "completed", action: { type: "open_page" } },
    { type: "file_search_call", status: "completed" },
    { type: "message", content: [] },
  ],
  usage,
});
const USAGE = {
  input_tokens: 100,
  input_tokens_details: { cached_tokens: 40, cache_write_tokens: 10 },
  output_tokens: 30,
  output_tokens_details: { reasoning_tokens: 20 },
  total_tokens: 130,
};

test("cached, cache-written and reasoning tokens are taken out of their totals, and searches counted", () => {
  const { buckets, finish } = extractUsage("responses", response("completed", USAGE));
  assert.ok(buckets);
  assert.deepEqual(
    [buckets.input, buckets.cache_read, buckets.cache_write_5m, buckets.output, buckets.reasoning],
    [50, 40, 10, 10, 20],
  );
  assert.deepEqual({ ...buckets.extra_units }, { web_searches: 1, storage_searches: 1 });
  assert.equal(finish, "completed");
});

const sse = (type: string, fields: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;

for (const [status, errored] of [
  ["completed", false],
  ["incomplete", false],
  ["failed", true],
] as const) {
  test(`a stream that ends as ${status} is finished and its usage read`, () => {
    const tap = streamTap("responses");
    tap.push(Buffer.from(sse("response.created", { response: response("in_progress", null) })));
    assert.equal(tap.report().extraction, null);
    tap.push(Buffer.from(sse("response.output_text.delta", { delta: '"usage":{' })));
    tap.push(Buffer.from(sse(`response.${status}`, { response: response(status, USAGE) })));
    const report = tap.report();
    assert.deepEqual([report.complete, report.finished, report.errored], [true, true, errored]);
    assert.equal(report.extraction?.buckets?.cache_read, 40);
  });
}

test("a failure without usage ends the stream and leaves the cost unknown", () => {
  const tap = streamTap("responses");
  tap.push(Buffer.from(sse("response.failed", { response: response("failed", null) })));
  const report = tap.report();
  assert.deepEqual([report.complete, report.finished, report.errored], [false, true, true]);
});

test("embeddings have input alone", () => {
  const body = {
    object: "list",
    model: "text-embedding-3-small",
    data: [],
    usage: { prompt_tokens: 8, total_tokens: 8 },
  };
  assert.equal(extractUsage("embeddings", body).buckets?.input, 8);
  assert.equal(extractUsage("embeddings", { ...body, usage: {} }).buckets, null);
});
