import assert from "node:assert/strict";
import { test } from "node:test";
import { extractUsage, inputTokens, outputTokens } from "../src/index.ts";

// Shapes of https://platform.openai.com/docs/api-reference/chat/object
const answer = (usage: unknown) => ({
  id: "chatcmpl-1",
  object: "chat.completion",
  model: "gpt-4o-mini-2024-07-18",
  service_tier: "default",
  choices: [{ index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "stop" }],
  usage,
});

test("cached, audio and reasoning tokens are taken out of the totals they lie in", () => {
  const extraction = extractUsage(
    "chat.completions",
    answer({
      prompt_tokens: 2006,
      completion_tokens: 300,
      total_tokens: 2306,
      prompt_tokens_details: { cached_tokens: 1920, audio_tokens: 6 },
      completion_tokens_details: { reasoning_tokens: 128, audio_tokens: 2, accepted_prediction_tokens: 0 },
    }),
  );
  const buckets = extraction.buckets;
  assert.ok(buckets);
  assert.deepEqual(
    { ...buckets, extra_units: { ...buckets.extra_units } },
    {
      input: 80,
      cache_read: 1920,
      cache_write_5m: 0,
      cache_write_1h: 0,
      audio_in: 6,
      image_in: 0,
      output: 170,
      reasoning: 128,
      audio_out: 2,
      extra_units: {},
    },
  );
  assert.equal(extraction.modelServed, "gpt-4o-mini-2024-07-18");
  assert.equal(extraction.upstreamId, "chatcmpl-1");
  assert.equal(extraction.finish, "stop");
  assert.equal(extraction.rawUsage?.["prompt_tokens_details.cached_tokens"], 1920);
  assert.equal(extraction.rawUsage?.["service_tier"], "default");
});

test("cached audio, reported as both, is counted once and at the dearer kind", () => {
  const { buckets } = extractUsage(
    "chat.completions",
    answer({
      prompt_tokens: 100,
      completion_tokens: 1,
      prompt_tokens_details: { cached_tokens: 90, audio_tokens: 40 },
    }),
  );
  assert.ok(buckets);
  assert.equal(buckets.audio_in, 40);
  assert.equal(buckets.cache_read, 60);
  assert.equal(inputTokens(buckets), 100);
});

test("a missing, broken or lying usage block is no usage, never a guess", () => {
  for (const usage of [
    undefined,
    null,
    {},
    [],
    "x",
    { prompt_tokens: "9" },
    { prompt_tokens: -1 },
    { prompt_tokens: 1.5 },
  ]) {
    assert.equal(extractUsage("chat.completions", answer(usage)).buckets, null);
  }
  const nested = { prompt_tokens: 5, completion_tokens: 5, prompt_tokens_details: { cached_tokens: -3 } };
  assert.equal(extractUsage("chat.completions", answer(nested)).buckets, null);
  assert.equal(extractUsage("chat.completions", "text").buckets, null);
});

test("details given as null count as nothing", () => {
  const usage = {
    prompt_tokens: 5,
    completion_tokens: 6,
    prompt_tokens_details: null,
    completion_tokens_details: null,
  };
  const { buckets } = extractUsage("chat.completions", answer(usage));
  assert.ok(buckets);
  assert.equal(inputTokens(buckets), 5);
  assert.equal(outputTokens(buckets), 6);
});

test("only bounded scalars of the usage block are kept", () => {
  const usage = {
    prompt_tokens: 1,
    completion_tokens: 1,
    note: "x".repeat(500),
    deep: { a: { b: { c: { d: { e: 1 } } } } },
    many: Array.from({ length: 500 }, (_, index) => index),
    "a name with blanks": 1,
  };
  const kept = extractUsage("chat.completions", answer(usage)).rawUsage;
  assert.ok(kept);
  assert.ok(Object.keys(kept).length <= 100);
  assert.equal(String(kept["note"]).length, 64);
  assert.ok(JSON.stringify(kept).length < 8_000);
});
