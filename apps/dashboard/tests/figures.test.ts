import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { exactCount, shortCount } from "../src/format/counts.ts";
import { relativeTime, shortDay, shortDuration, utcTime } from "../src/format/instants.ts";
import { exactMoney, priceInUsd, shortMoney } from "../src/format/money.ts";
import { tokensOf } from "../src/format/tokens.ts";

test("money below a dollar shows four significant digits, from a dollar on cents", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["0", "$0.00"],
    ["1", "$0.000000001"],
    ["312000", "$0.0003120"],
    ["20700", "$0.00002070"],
    ["123456789", "$0.1235"],
    ["999950000", "$1.00"],
    ["999949999", "$0.9999"],
    ["1000000000", "$1.00"],
    ["1204184999999", "$1,204.18"],
    ["1204185000000", "$1,204.19"],
    ["-312000", "−$0.0003120"],
  ];
  for (const [nanousd, shown] of cases) assert.equal(shortMoney(nanousd), shown, nanousd);
});

test("exact money loses no nano-dollar", () => {
  assert.equal(exactMoney("312000"), "$0.000312");
  assert.equal(exactMoney("10000000"), "$0.01");
  assert.equal(exactMoney("1204180000000"), "$1,204.18");
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 24n }), (amount) => {
      const [whole = "", decimals = ""] = exactMoney(amount.toString()).slice(1).replaceAll(",", "").split(".");
      assert.equal(BigInt(whole) * 1_000_000_000n + BigInt(decimals.padEnd(9, "0")), amount);
    }),
  );
});

test("shown money is never off by more than half of its last digit", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 10n ** 15n }), (amount) => {
      const [whole = "", decimals = ""] = shortMoney(amount.toString()).slice(1).replaceAll(",", "").split(".");
      const shown = BigInt(whole) * 1_000_000_000n + BigInt(decimals.padEnd(9, "0"));
      const last = 10n ** BigInt(9 - decimals.length);
      const away = shown > amount ? shown - amount : amount - shown;
      assert.ok(away * 2n <= last, `${amount} shown as ${shown}`);
    }),
  );
});

test("a price has at least two decimals and keeps all it has", () => {
  assert.equal(priceInUsd("1.5"), "$1.50");
  assert.equal(priceInUsd("1000"), "$1,000.00");
  assert.equal(priceInUsd("0.000000001"), "$0.000000001");
  assert.equal(priceInUsd(undefined), "none");
});

test("counts are short from a thousand on and exact on demand", () => {
  assert.deepEqual([0, 999, 1_000, 12_340, 123_400, 1_240_318, 3_100_000_000].map(shortCount), [
    "0",
    "999",
    "1.00K",
    "12.3K",
    "123K",
    "1.24M",
    "3.10B",
  ]);
  assert.equal(exactCount(1_240_318), "1,240,318");
});

test("times are told relative to now, in both directions", () => {
  const now = Date.parse("2026-11-22T12:00:00Z");
  const told = (instant: string): string => relativeTime(instant, now);
  assert.equal(told("2026-11-22T11:59:30Z"), "just now");
  assert.equal(told("2026-11-22T11:56:00Z"), "4 min ago");
  assert.equal(told("2026-11-22T09:00:00Z"), "3 h ago");
  assert.equal(told("2026-11-21T11:00:00Z"), "1 day ago");
  assert.equal(told("2026-11-29T12:00:00Z"), "in 7 days");
  assert.equal(told("2026-01-02T03:04:05Z"), "2026-01-02");
  assert.equal(utcTime("2026-11-22T04:16:41.531Z"), "2026-11-22 04:16:41 UTC");
  assert.equal(shortDay("2026-11-02"), "2 Nov");
  assert.deepEqual([840, 1_240].map(shortDuration), ["840 ms", "1.24 s"]);
});

test("tokens in and out are sums of disjoint buckets", () => {
  assert.deepEqual(tokensOf({ input: 10, cache_read: 5, output: 7, reasoning: 3, audio_out: 1 }), {
    in: 15,
    out: 11,
    total: 26,
  });
});
