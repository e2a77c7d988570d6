import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  BUCKET_NAMES,
  MeteringError,
  costOf,
  findPrice,
  inputTokens,
  makeBuckets,
  outputTokens,
  priceTableFromJson,
  priceTableToJson,
  priceVersion,
} from "../src/index.ts";

const AT = new Date("2026-11-01T00:00:00Z");

function table(provider: "openai" | "anthropic" | "google", model: string) {
  const priced = findPrice(provider, model, AT);
  assert.ok(priced, `${model} has a price`);
  return priced.table;
}

test("a call costs what the published price list says", () => {
  // gpt-4o-mini: $0.15 in, $0.075 cached, $0.60 out per million.
  const gpt = makeBuckets({ input: 900, cache_read: 100, output: 50, reasoning: 0 });
  assert.equal(costOf(gpt, table("openai", "gpt-4o-mini")), 135_000n + 7_500n + 30_000n);
  // claude-sonnet-4-5: $3, cache write $3.75 and $6, read $0.30, out $15.
  const claude = makeBuckets({ input: 10, cache_read: 1000, cache_write_5m: 100, cache_write_1h: 10, output: 7 });
  assert.equal(
    costOf(claude, table("anthropic", "claude-sonnet-4-5-20250929")),
    30_000n + 300_000n + 375_000n + 60_000n + 105_000n,
  );
});

test("long context changes every rate of the call once the whole input exceeds the threshold", () => {
  const gemini = table("google", "gemini-2.5-pro");
  assert.equal(costOf(makeBuckets({ input: 200_000, output: 1 }), gemini), 250_000_000n + 10_000n);
  assert.equal(
    costOf(makeBuckets({ input: 100_000, cache_read: 100_001, output: 1 }), gemini),
    250_000_000n + 25_000_250n + 15_000n,
  );
});

test("web searches are billed by the call", () => {
  const claude = table("anthropic", "claude-sonnet-4-5-20250929");
  assert.equal(costOf(makeBuckets({}, { web_searches: 1 }), claude), 10_000_000n);
  assert.equal(costOf(makeBuckets({}, { web_fetches: 3 }), claude), 0n);
});

test("a price holds from its date on", () => {
  const before = findPrice("openai", "o3", new Date("2025-06-09T23:59:59Z"));
  const after = findPrice("openai", "o3", new Date("2025-06-10T00:00:00Z"));
  assert.ok(before && after);
  assert.equal(before.table["input"]?.base, 10_000_000_000n);
  assert.equal(after.table["input"]?.base, 2_000_000_000n);
  assert.notEqual(before.version, after.version);
});

test("the sum over all buckets is rounded up once, against a rational model", () => {
  const count = fc.integer({ min: 0, max: 2_000_000_000 });
  const rate = fc.bigInt(0n, 1_000_000_000_000n);
  fc.assert(
    fc.property(fc.tuple(...BUCKET_NAMES.map(() => fc.tuple(count, rate))), (rows) => {
      const counts: Record<string, number> = {};
      const rates: Record<string, string> = {};
      let numerator = 0n;
      for (const [index, name] of BUCKET_NAMES.entries()) {
        const row = rows[index];
        if (row === undefined) continue;
        counts[name] = row[0];
        rates[name] = row[1].toString();
        numerator += BigInt(row[0]) * row[1];
      }
      const cost = costOf(makeBuckets(counts), priceTableFromJson(rates));
      assert.ok(cost * 1_000_000n >= numerator && (cost - 1n) * 1_000_000n < numerator);
    }),
  );
});

test("counts that are not whole, not safe or negative are refused", () => {
  for (const bad of [-1, 0.5, Number.NaN, Infinity, 2 ** 53]) {
    assert.throws(
      () => makeBuckets({ input: bad }),
      (error) => error instanceof MeteringError && error.code === "usage_invalid",
    );
  }
});

test("token totals include the extra units that are tokens and no others", () => {
  const buckets = makeBuckets(
    {
      input: 1,
      cache_read: 2,
      cache_write_5m: 3,
      cache_write_1h: 4,
      audio_in: 5,
      image_in: 6,
      output: 7,
      reasoning: 8,
      audio_out: 9,
    },
    { cache_read_audio: 10, image_out: 20, web_searches: 40 },
  );
  assert.equal(inputTokens(buckets), 31);
  assert.equal(outputTokens(buckets), 44);
});

test("a price table survives JSON and keeps its version", () => {
  for (const [provider, model] of [
    ["openai", "gpt-5.4"],
    ["anthropic", "claude-sonnet-4-5"],
    ["google", "gemini-2.5-pro"],
  ] as const) {
    const prices = table(provider, model);
    const again = priceTableFromJson(JSON.parse(JSON.stringify(priceTableToJson(prices))));
    assert.deepEqual(priceTableToJson(again), priceTableToJson(prices));
    assert.equal(priceVersion(provider, model, again), priceVersion(provider, model, prices));
  }
});

test("a price table that is incomplete, misspelt or not in digits is refused", () => {
  const bad: unknown[] = [
    null,
    [],
    {},
    { input: "1" },
    { input: 1, output: "1" },
    { input: "1.5", output: "1" },
    { input: "-1", output: "1" },
    { input: "1", output: "1", inptu: "1" },
    { input: { base: "1", tiers: [{ above: -1, rate: "2" }] }, output: "1" },
    { input: { base: "1", tiers: {} }, output: "1" },
    JSON.parse('{"input":"1","output":"1","__proto__":"1"}'),
  ];
  for (const prices of bad) {
    assert.throws(
      () => priceTableFromJson(prices),
      (error) => error instanceof MeteringError && error.code === "price_invalid",
      JSON.stringify(prices),
    );
  }
});

test("names people use resolve, and a model nobody knows has no price", () => {
  assert.equal(findPrice("openai", "gpt-4", AT)?.model, "gpt-4");
  assert.equal(findPrice("openai", "gpt-3.5-turbo", AT)?.model, "gpt-3.5-turbo");
  assert.match(findPrice("anthropic", "claude-3", AT)?.model ?? "", /^claude-3-opus/);
  for (const model of ["", "nobody-1", "gpt-nobody", "__proto__", "constructor", "x".repeat(300)]) {
    assert.equal(findPrice("openai", model, AT), null, model);
  }
});

test("no catalogue model is given away: unpriced or with a price on input", () => {
  for (const [provider, model] of [
    ["openai", "gpt-4o"],
    ["anthropic", "claude-opus-4-1"],
    ["google", "gemini-2.5-flash"],
  ] as const) {
    assert.ok((table(provider, model)["input"]?.base ?? 0n) > 0n);
  }
  // Free in the catalogue because it is priced by another unit or not at all.
  assert.equal(findPrice("openai", "whisper-1", AT), null);
});
