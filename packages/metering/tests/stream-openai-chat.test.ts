import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { streamTap, type StreamReport } from "../src/index.ts";

const delta = (content: string) =>
  JSON.stringify({
    id: "chatcmpl-1",
    object: "chat.completion.chunk",
    model: "gpt-4o-mini",
    choices: [{ index: 0, delta: { content }, finish_reason: null }],
    usage: null,
  });
const USAGE = JSON.stringify({
  id: "chatcmpl-1",
  model: "gpt-4o-mini",
  choices: [],
  usage: { prompt_tokens: 12, completion_tokens: 7, total_tokens: 19 },
});
// Text that speaks of usage, in four-byte characters, must neither match nor break at a cut.
const TEXTS = ["Grüße 👩‍💻", ' {"usage":{"prompt_tokens":9}} ', "data: [DONE]\n\n", "\u2028", "usage"];

function stream(newline: string, withUsage = true): { whole: Buffer; without: Buffer } {
  const lines = [": keep-alive", ...TEXTS.map((content) => `data: ${delta(content)}`)];
  const body = lines.map((line) => `${line}${newline}${newline}`).join("");
  const usage = withUsage ? `data: ${USAGE}${newline}${newline}` : "";
  const done = `data: [DONE]${newline}${newline}`;
  return { whole: Buffer.from(body + usage + done), without: Buffer.from(body + done) };
}

function run(bytes: Buffer, cuts: readonly number[], removeUsage: boolean): { out: Buffer; report: StreamReport } {
  const tap = streamTap("chat.completions", { removeUsage });
  const out: Uint8Array[] = [];
  let from = 0;
  for (const cut of [...cuts, bytes.length].sort((one, other) => one - other)) {
    out.push(tap.push(bytes.subarray(from, cut)));
    from = cut;
  }
  out.push(tap.end());
  return { out: Buffer.concat(out), report: tap.report() };
}

for (const [name, newline] of [
  ["LF", "\n"],
  ["CR LF", "\r\n"],
  ["CR", "\r"],
] as const) {
  test(`however a stream with ${name} is cut, the usage is the same and only our own chunk is missing`, () => {
    const { whole, without } = stream(newline);
    const cut = fc.integer({ min: 0, max: whole.length });
    fc.assert(
      fc.property(fc.array(cut, { maxLength: 30 }), fc.boolean(), (cuts, removeUsage) => {
        const { out, report } = run(whole, cuts, removeUsage);
        assert.deepEqual(out, removeUsage ? without : whole);
        assert.equal(report.extraction?.buckets?.input, 12);
        assert.equal(report.extraction?.buckets?.output, 7);
        assert.ok(report.complete && report.finished && !report.errored);
      }),
      { numRuns: 200 },
    );
    const everyByte = Array.from({ length: whole.length }, (_, index) => index);
    assert.deepEqual(run(whole, everyByte, true).out, without);
  });
}

test("a stream that stays as it is passes on the very chunks it was given", () => {
  const tap = streamTap("chat.completions", { removeUsage: true });
  const chunk = Buffer.from(`data: ${delta("hello")}\n\ndata: ${delta("there")}\n\n`);
  assert.equal(tap.push(chunk), chunk);
});

test("a byte order mark, comments, several data lines and blank lines are read as the specification says", () => {
  const [head, tail] = [USAGE.slice(0, USAGE.indexOf(",")), USAGE.slice(USAGE.indexOf(","))];
  const bytes = Buffer.from(`\uFEFF: hi\n\n\n\nevent: x\ndata:${head}\ndata: ${tail}\nid: 4\n\ndata: [DONE]\n\n`);
  const { out, report } = run(bytes, [1, 2, 40], false);
  assert.deepEqual(out, bytes);
  assert.equal(report.extraction?.buckets?.input, 12);
});

test("usage beside a choice is read and not removed", () => {
  const last = {
    choices: [{ index: 0, delta: {}, finish_reason: "stop" }],
    usage: { prompt_tokens: 1, completion_tokens: 2 },
  };
  const bytes = Buffer.from(`data: ${JSON.stringify(last)}\n\ndata: [DONE]\n\n`);
  const { out, report } = run(bytes, [], true);
  assert.deepEqual(out, bytes);
  assert.equal(report.extraction?.buckets?.output, 2);
});

test("a stream that stops halfway has no usage, is not finished, and gives up what was held", () => {
  const { whole } = stream("\n", false);
  const half = whole.subarray(0, whole.length - 30);
  const { out, report } = run(half, [17, 90], true);
  assert.deepEqual(out, half);
  assert.equal(report.extraction, null);
  assert.ok(!report.finished && !report.complete);
});

test("an error inside the stream is noticed", () => {
  const bytes = Buffer.from(
    `data: ${delta("a")}\n\ndata: {"error":{"message":"overloaded","type":"server_error"}}\n\n`,
  );
  assert.ok(run(bytes, [3], true).report.errored);
});

test("an event too long to wait for is passed on at once, and one too long to read is reported", () => {
  const tap = streamTap("chat.completions", { removeUsage: true });
  const long = Buffer.from(`data: ${"x".repeat(70_000)}`);
  assert.deepEqual(Buffer.from(tap.push(long)), long);
  const rest = Buffer.from(`\n\ndata: ${USAGE}\n\n`);
  assert.deepEqual(Buffer.from(tap.push(rest)), Buffer.from("\n\n"));
  assert.equal(tap.report().extraction?.buckets?.input, 12);

  const huge = streamTap("chat.completions", { removeUsage: true });
  const piece = Buffer.alloc(1024 * 1024, 0x78);
  huge.push(Buffer.from("data: "));
  for (let index = 0; index < 9; index++) huge.push(piece);
  huge.push(rest);
  assert.ok(huge.report().oversized);
  assert.equal(huge.report().extraction?.buckets?.input, 12);
});

test("arbitrary bytes never make the tap fail or change anything", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 }), (chunks) => {
      const tap = streamTap("chat.completions", { removeUsage: true });
      const out = chunks.map((chunk) => tap.push(chunk));
      out.push(tap.end());
      assert.deepEqual(Buffer.concat(out), Buffer.concat(chunks));
    }),
  );
});
