import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { countTokens, encode } from "gpt-tokenizer/encoding/o200k_base";
import { ANSWER_TOKENS, FILLER_TOKENS, planAnswer } from "../src/answer.ts";
import { countBounded, TokenCounter } from "../src/count-tokens.ts";
import { parseDirectives } from "../src/directives.ts";
import { simulatedValue } from "../src/tool-arguments.ts";

const ask = {
  model: "m",
  stream: false,
  directiveText: "",
  inputTokens: 10,
  outputLimit: null,
  choices: 1,
  tool: null,
};

test("the answer's words are one token each, alone and together", () => {
  const all = [...ANSWER_TOKENS, ...FILLER_TOKENS, ...FILLER_TOKENS];
  assert.equal(encode(all.join("")).length, all.length);
  for (let length = 1; length <= all.length; length += 1)
    assert.equal(countTokens(all.slice(0, length).join("")), length);
});

test("reported output never exceeds the limit, unless an overrun is asked for", () => {
  const numbers = fc.record({
    limit: fc.integer({ min: 1, max: 300 }),
    tokens: fc.nat(400),
    reasoning: fc.nat(400),
    audio: fc.nat(400),
    choices: fc.integer({ min: 1, max: 4 }),
  });
  fc.assert(
    fc.property(numbers, fc.boolean(), ({ limit, tokens, reasoning, audio, choices }, tool) => {
      const directives = parseDirectives(
        `sandbox:tokens=${tokens} sandbox:reasoning=${reasoning} sandbox:audio=${audio}`,
      );
      const offer = tool ? { name: "weather", schema: { type: "object", properties: {}, required: ["a", "b"] } } : null;
      const { usage } = planAnswer(
        { ...ask, outputLimit: limit, choices, tool: offer },
        directives,
        new TokenCounter(),
      );
      assert.ok(usage.output <= limit * choices);
      assert.ok(usage.reasoning + usage.audio_out <= usage.output);
    }),
  );
});

test("ordinary text counts exactly, any text at most its bytes", () => {
  const prose =
    "The quick brown fox jumps over the lazy dog. It cost $12.50 — naïve, isn't it?\n\n  Indented: 漢字 and 😀!\n".repeat(
      40,
    );
  assert.equal(countBounded(prose), countTokens(prose));
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 2_000 }), (text) => {
      assert.ok(countBounded(text) <= Buffer.byteLength(text));
    }),
    { numRuns: 50 },
  );
  assert.ok(countBounded("<|endoftext|>") > 1);
});

test("a text beyond the counted part is estimated from it", () => {
  const tokens = countBounded("one two three four ".repeat(10_000));
  assert.ok(tokens > 39_000 && tokens < 41_000, String(tokens));
});

test("tool arguments have every required property, and `__proto__` stays data", () => {
  const schema = JSON.parse(
    '{"type":"object","required":["__proto__","list"],"properties":{"list":{"type":"array","minItems":1,"items":{"type":"boolean"}}}}',
  ) as unknown;
  assert.deepEqual(JSON.parse(JSON.stringify(simulatedValue(schema))), JSON.parse('{"__proto__":{},"list":[true]}'));
});
