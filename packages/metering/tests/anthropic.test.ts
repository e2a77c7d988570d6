import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { costOf, extractUsage, findPrice, inputTokens, outputTokens, streamTap } from "../src/index.ts";

// Shapes of https://platform.claude.com/docs/en/api/messages and …/build-with-claude/streaming
const message = (usage: unknown) => ({
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "claude-sonnet-4-5-20250929",
  content: [{ type: "text", text: "Hi" }],
  stop_reason: "end_turn",
  usage,
});

test("input, cache reads and both lifetimes of cache writes stand apart", () => {
  const { buckets, finish, upstreamId } = extractUsage(
    "messages",
    message({
      input_tokens: 10,
      cache_read_input_tokens: 1000,
      cache_creation_input_tokens: 556,
      cache_creation: { ephemeral_5m_input_tokens: 456, ephemeral_1h_input_tokens: 100 },
      output_tokens: 30,
      output_tokens_details: { thinking_tokens: 20 },
      server_tool_use: { web_search_requests: 2, web_fetch_requests: 1 },
    }),
  );
  assert.ok(buckets);
  assert.deepEqual(
    [buckets.input, buckets.cache_read, buckets.cache_write_5m, buckets.cache_write_1h],
    [10, 1000, 456, 100],
  );
  assert.deepEqual([buckets.output, buckets.reasoning], [10, 20]);
  assert.deepEqual({ ...buckets.extra_units }, { web_searches: 2, web_fetches: 1 });
  assert.equal(inputTokens(buckets), 1566);
  assert.equal(outputTokens(buckets), 30);
  assert.deepEqual([finish, upstreamId], ["end_turn", "msg_1"]);
});

test("cache writes without a breakdown have the five-minute lifetime", () => {
  const { buckets } = extractUsage(
    "messages",
    message({ input_tokens: 1, cache_creation_input_tokens: 7, output_tokens: 1 }),
  );
  assert.equal(buckets?.cache_write_5m, 7);
});

test("compactions are billed though the totals leave them out, and an advisor's tokens are shown", () => {
  const iteration = (type: string, input: number) => ({
    type,
    input_tokens: input,
    output_tokens: 5,
    cache_creation_input_tokens: 100,
  });
  const { buckets } = extractUsage(
    "messages",
    message({
      input_tokens: 10,
      output_tokens: 3,
      iterations: [iteration("compaction", 40), iteration("message", 10), iteration("advisor_message", 7)],
    }),
  );
  assert.deepEqual([buckets?.input, buckets?.cache_write_5m, buckets?.output], [50, 100, 8]);
  assert.deepEqual({ ...buckets?.extra_units }, { advisor_input: 107, advisor_output: 5 });
});

test("US-only inference costs eleven tenths", () => {
  const { buckets, surcharge } = extractUsage(
    "messages",
    message({ input_tokens: 1000, output_tokens: 0, inference_geo: "us" }),
  );
  const priced = findPrice("anthropic", "claude-opus-4-6", new Date("2026-11-01"));
  assert.ok(buckets && priced);
  assert.equal(costOf(buckets, priced.table, surcharge), 5_500_000n);
  assert.equal(costOf(buckets, priced.table), 5_000_000n);
});

const event = (type: string, fields: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
const STREAM = Buffer.from(
  event("message_start", {
    message: {
      ...message({ input_tokens: 25, cache_read_input_tokens: 5, output_tokens: 1 }),
      content: [],
      stop_reason: null,
    },
  }) +
    event("ping", {}) +
    event("content_block_delta", { index: 0, delta: { type: "text_delta", text: '"usage":{"output_tokens":9} 👋' } }) +
    event("content_block_delta", {
      index: 1,
      delta: { type: "input_json_delta", partial_json: '{"error": {"usage": {' },
    }) +
    event("message_delta", {
      delta: { stop_reason: "tool_use" },
      usage: { output_tokens: 15, cache_read_input_tokens: null },
    }) +
    event("message_stop", {}),
);

test("however a stream is cut, the cumulative usage and the bytes are the same", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: STREAM.length }), { maxLength: 20 }), (cuts) => {
      const tap = streamTap("messages");
      const out: Uint8Array[] = [];
      let from = 0;
      for (const cut of [...cuts, STREAM.length].sort((one, other) => one - other)) {
        out.push(tap.push(STREAM.subarray(from, cut)));
        from = cut;
      }
      const report = tap.report();
      assert.deepEqual(Buffer.concat([...out, tap.end()]), STREAM);
      const buckets = report.extraction?.buckets;
      assert.deepEqual([buckets?.input, buckets?.cache_read, buckets?.output], [25, 5, 15]);
      assert.deepEqual(
        [report.extraction?.finish, report.extraction?.modelServed],
        ["tool_use", "claude-sonnet-4-5-20250929"],
      );
      assert.ok(report.complete && report.finished && !report.errored);
    }),
  );
});

test("a stream that stops after its start has an interim count only", () => {
  const tap = streamTap("messages");
  tap.push(STREAM.subarray(0, STREAM.indexOf("event: message_delta")));
  const report = tap.report();
  assert.equal(report.extraction?.buckets?.input, 25);
  assert.ok(!report.complete && !report.finished);
});

test("an error event is noticed", () => {
  const tap = streamTap("messages");
  tap.push(Buffer.from(event("error", { error: { type: "overloaded_error", message: "Overloaded" } })));
  assert.ok(tap.report().errored);
});
