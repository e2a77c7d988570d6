import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { extractUsage, inputTokens, outputTokens, streamTap } from "../src/index.ts";

// Shapes of https://ai.google.dev/api/generate-content#UsageMetadata
const answer = (usageMetadata: unknown, text = "Hi", finishReason?: string) => ({
  candidates: [{ content: { role: "model", parts: [{ text }] }, ...(finishReason ? { finishReason } : {}), index: 0 }],
  usageMetadata,
  modelVersion: "gemini-2.5-flash",
  responseId: "r1",
});

test("cached, tool-use, thought and modality counts are disjoint and sum to the totals", () => {
  const { buckets } = extractUsage(
    "generateContent",
    answer({
      promptTokenCount: 1000,
      cachedContentTokenCount: 400,
      cacheTokensDetails: [
        { modality: "TEXT", tokenCount: 300 },
        { modality: "AUDIO", tokenCount: 100 },
      ],
      promptTokensDetails: [
        { modality: "TEXT", tokenCount: 550 },
        { modality: "AUDIO", tokenCount: 150 },
        { modality: "IMAGE", tokenCount: 200 },
        { modality: "VIDEO", tokenCount: 100 },
      ],
      toolUsePromptTokenCount: 50,
      candidatesTokenCount: 30,
      candidatesTokensDetails: [
        { modality: "TEXT", tokenCount: 20 },
        { modality: "IMAGE", tokenCount: 10 },
      ],
      thoughtsTokenCount: 70,
      totalTokenCount: 1150,
    }),
  );
  assert.ok(buckets);
  assert.deepEqual(
    [buckets.input, buckets.cache_read, buckets.audio_in, buckets.image_in, buckets.output, buckets.reasoning],
    [300, 300, 50, 200, 20, 70],
  );
  assert.deepEqual({ ...buckets.extra_units }, { cache_read_audio: 100, video_in: 100, image_out: 10 });
  assert.equal(inputTokens(buckets), 1050);
  assert.equal(outputTokens(buckets), 100);
});

test("whatever the details say, the buckets sum to the totals", () => {
  const count = fc.integer({ min: 0, max: 10_000 });
  const details = fc.array(
    fc.record({ modality: fc.constantFrom("TEXT", "AUDIO", "IMAGE", "VIDEO", "DOCUMENT"), tokenCount: count }),
  );
  fc.assert(
    fc.property(
      fc.record({
        promptTokenCount: count,
        toolUsePromptTokenCount: count,
        cachedContentTokenCount: count,
        candidatesTokenCount: count,
        thoughtsTokenCount: count,
        promptTokensDetails: details,
        cacheTokensDetails: details,
        candidatesTokensDetails: details,
      }),
      (usage) => {
        const { buckets } = extractUsage("generateContent", answer(usage));
        assert.ok(buckets);
        assert.equal(inputTokens(buckets), usage.promptTokenCount + usage.toolUsePromptTokenCount);
        assert.equal(outputTokens(buckets), usage.candidatesTokenCount + usage.thoughtsTokenCount);
      },
    ),
  );
});

const CHUNKS = [
  answer({ promptTokenCount: 9, totalTokenCount: 9 }, 'a "usageMetadata": ] } 👋'),
  answer({ promptTokenCount: 9, candidatesTokenCount: 4, totalTokenCount: 13 }, "b\\"),
  answer({ promptTokenCount: 9, candidatesTokenCount: 6, thoughtsTokenCount: 2, totalTokenCount: 17 }, "c", "STOP"),
];
const FORMATS = {
  sse: Buffer.from(CHUNKS.map((chunk) => `data: ${JSON.stringify(chunk)}\r\n\r\n`).join("")),
  "json-array": Buffer.from(`[${CHUNKS.map((chunk) => JSON.stringify(chunk, null, 2)).join("\n,\r\n")}\n]`),
} as const;

for (const format of ["sse", "json-array"] as const) {
  test(`however a stream as ${format} is cut, the last usage wins and the bytes are the same`, () => {
    const bytes = FORMATS[format];
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 20 }), (cuts) => {
        const tap = streamTap("streamGenerateContent", { format });
        const out: Uint8Array[] = [];
        let from = 0;
        for (const cut of [...cuts, bytes.length].sort((one, other) => one - other)) {
          out.push(tap.push(bytes.subarray(from, cut)));
          from = cut;
        }
        out.push(tap.end());
        assert.deepEqual(Buffer.concat(out), bytes);
        const report = tap.report();
        assert.deepEqual([report.extraction?.buckets?.output, report.extraction?.buckets?.reasoning], [6, 2]);
        assert.ok(report.complete && report.finished && !report.errored);
        assert.equal(report.events, 3);
      }),
    );
  });

  test(`a stream as ${format} that stops halfway is not complete`, () => {
    const tap = streamTap("streamGenerateContent", { format });
    tap.push(FORMATS[format].subarray(0, FORMATS[format].length / 2));
    const report = tap.report();
    assert.ok(!report.complete && !report.finished);
  });
}

test("an error in the stream and a blocked prompt are told apart", () => {
  const failed = streamTap("streamGenerateContent");
  failed.push(Buffer.from('data: {"error":{"code":503,"message":"overloaded","status":"UNAVAILABLE"}}\n\n'));
  assert.ok(failed.report().errored);
  const blocked = streamTap("streamGenerateContent");
  const body = {
    promptFeedback: { blockReason: "SAFETY" },
    usageMetadata: { promptTokenCount: 4, totalTokenCount: 4 },
  };
  blocked.push(Buffer.from(`data: ${JSON.stringify(body)}\n\n`));
  assert.ok(blocked.report().complete && !blocked.report().errored);
  assert.equal(blocked.report().extraction?.buckets?.input, 4);
});
