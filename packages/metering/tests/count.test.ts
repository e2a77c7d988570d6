import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { after, test } from "node:test";
import fc from "fast-check";
import * as cl100k from "gpt-tokenizer/encoding/cl100k_base";
import * as o200k from "gpt-tokenizer/encoding/o200k_base";
import { MeteringError, encodingOf, loadEncoding, roughCount, tokenCounter } from "../src/index.ts";

// Long enough that only a hang exceeds it: exactness is tested here, not speed.
const patient = tokenCounter({ deadlineMs: 60_000 });
after(() => patient.close());

test("known token counts of OpenAI's encodings", async () => {
  const count = await loadEncoding("cl100k_base");
  // "tiktoken is great!" is six tokens, OpenAI cookbook, "How to count tokens with tiktoken".
  assert.equal(count("tiktoken is great!"), 6);
  assert.equal(count(""), 0);
});

for (const [encoding, reference] of [
  ["o200k_base", o200k],
  ["cl100k_base", cl100k],
] as const) {
  test(`${encoding}: any text has the count of the reference implementation`, async () => {
    const count = await loadEncoding(encoding);
    const unit = fc.oneof(
      fc.constantFrom("👩‍👩‍👧‍👦", "한글", "漢字", " ", "\n", "\r\n", "'ll", "<|endoftext|>", "aaaa", "{}[]", "ﬁ"),
      fc.string({ unit: "grapheme" }),
    );
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 60 }), (units) => {
        const text = units.join("");
        assert.equal(count(text), reference.countTokens(text, { disallowedSpecial: new Set() }));
      }),
    );
  });

  test(`${encoding}: one long unbroken piece has the count of the reference implementation`, async () => {
    const count = await loadEncoding(encoding);
    for (const text of [
      "a".repeat(2_000),
      "漢字".repeat(400),
      "😀😃".repeat(300),
      "!?".repeat(700),
      " ".repeat(1_000),
    ]) {
      assert.equal(count(text), reference.countTokens(text));
    }
  });
}

test("100,000 emoji or Chinese characters are counted in full on the worker", async () => {
  const characters = (from: number, many: number) =>
    Array.from({ length: 100_000 }, () => String.fromCodePoint(from + randomInt(many))).join("");
  for (const text of [characters(0x1f300, 700), characters(0x4e00, 20_000)]) {
    const { tokens, exact } = await patient.count([text], "o200k_base");
    assert.ok(exact);
    assert.ok(tokens >= 50_000 && tokens <= Buffer.byteLength(text));
  }
});

test("texts are counted each by itself and summed", async () => {
  const [one, two] = await Promise.all([
    patient.count(["Hello", " world"], "o200k_base"),
    patient.count(["Hello"], "o200k_base"),
  ]);
  assert.deepEqual([one.tokens, two.tokens], [2, 1]);
});

test("past its deadline a question is answered by an estimate, and the next one is counted again", async () => {
  const hasty = tokenCounter({ deadlineMs: 1 });
  try {
    await hasty.warm("o200k_base");
    const text = "漢".repeat(2_000_000);
    const answers = await Promise.all([hasty.count([text], "o200k_base"), hasty.count([text], "o200k_base")]);
    for (const answer of answers) assert.deepEqual(answer, { tokens: roughCount([text]), exact: false });
  } finally {
    await hasty.close();
  }
  assert.deepEqual(await patient.count(["Hello"], "o200k_base"), { tokens: 1, exact: true });
});

test("a worker that cannot start answers by estimates", async () => {
  const broken = tokenCounter({ deadlineMs: 60_000, workerUrl: new URL("./no-such-worker.ts", import.meta.url) });
  try {
    assert.deepEqual(await broken.count(["four char"], "o200k_base"), { tokens: 3, exact: false });
    assert.equal((await broken.count(["four char"], "o200k_base")).exact, false);
  } finally {
    await broken.close();
  }
});

test("a worker given up when idle is started again", async () => {
  const idling = tokenCounter({ deadlineMs: 60_000, idleMs: 0 });
  try {
    for (let round = 0; round < 2; round++) {
      assert.deepEqual(await idling.count(["Hello"], "cl100k_base"), { tokens: 1, exact: true });
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    await idling.close();
  }
});

test("a closed counter answers nothing more and leaves nobody waiting", async () => {
  const closing = tokenCounter({ deadlineMs: 60_000 });
  const open = closing.count(["x"], "o200k_base");
  await closing.close();
  assert.equal((await open).exact, false);
  await assert.rejects(
    closing.count(["x"], "o200k_base"),
    (error) => error instanceof MeteringError && error.code === "counter_closed",
  );
});

test("only models with a published encoding are counted exactly", async () => {
  assert.deepEqual(
    [
      "gpt-4o-mini",
      "gpt-4.1",
      "gpt-5.1",
      "o3",
      "gpt-4",
      "gpt-4-turbo",
      "gpt-3.5-turbo",
      "text-embedding-3-small",
      "gpt-6-sol",
      "x",
    ].map(encodingOf),
    [
      "o200k_base",
      "o200k_base",
      "o200k_base",
      "o200k_base",
      "cl100k_base",
      "cl100k_base",
      "cl100k_base",
      "cl100k_base",
      null,
      null,
    ],
  );
  const text = "tiktoken is great!";
  assert.deepEqual(await patient.estimate({ text, model: "gpt-4", provider: "openai" }), { tokens: 6, exact: true });
  for (const [provider, model] of [
    ["anthropic", "claude-3"],
    ["google", "gemini-2.5-flash"],
    ["openai", "gpt-6-sol"],
  ] as const) {
    const { tokens, exact } = await patient.estimate({ text, model, provider });
    assert.ok(!exact && tokens >= 4 && tokens <= 12);
  }
});
