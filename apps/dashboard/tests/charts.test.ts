import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Sums, Summary } from "../src/api/answers.ts";
import { percent, roundScale } from "../src/components/charts/scale.ts";
import { stackDays } from "../src/components/charts/stack-days.ts";

const sums = (cost: number): Sums => ({
  requests: 1,
  failed: 0,
  input_tokens: 0,
  cached_tokens: 0,
  output_tokens: 0,
  cost_nanousd: String(cost),
});

test("the scale's top is at or above the highest, with few round lines", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 10n ** 18n }), (highest) => {
      const { top, lines } = roundScale(highest);
      assert.ok(top >= highest);
      assert.ok(lines.length >= 1 && lines.length <= 4);
      assert.equal(lines.at(-1), top);
      assert.match((lines[0] ?? 0n).toString(), /^[125]0*$/);
    }),
  );
  assert.equal(percent(1n, 3n), 33.33);
  assert.equal(percent(1n, 0n), 0);
});

test("every calendar day of the period is a column, and the parts of each add up to its total", () => {
  const models = ["gpt-a", "gpt-b", "claude-c", "gemini-d", "mystery", "gpt-f", "gpt-g", "gpt-h"];
  const summary: Summary = {
    since: "2026-02-26T00:00:00.000Z",
    until: "2026-03-01T08:00:00.000Z",
    simulated: false,
    by: "model",
    total: sums(36),
    days: [
      { day: "2026-02-26", ...sums(28) },
      { day: "2026-03-01", ...sums(8) },
    ],
    groups: models.map((id, index) => ({ id, name: id, ...sums(8 - index) })),
    group_days: [
      ...models.slice(0, 7).map((id, index) => ({ day: "2026-02-26", id, ...sums(7 - index) })),
      { day: "2026-03-01", id: "gpt-h", ...sums(8) },
    ],
  };
  const { series, columns } = stackDays(summary);
  assert.deepEqual(
    columns.map(({ day }) => day),
    ["2026-02-26", "2026-02-27", "2026-02-28", "2026-03-01"],
  );
  for (const { parts, totalNanousd } of columns) {
    assert.equal(parts.reduce((total, part) => total + BigInt(part), 0n).toString(), totalNanousd);
  }
  assert.equal(series.length, 7);
  assert.equal(series.at(-1)?.isModel, false);
  assert.deepEqual(
    series.slice(0, 5).map(({ colour }) => colour),
    ["var(--openai-1)", "var(--openai-2)", "var(--anthropic-1)", "var(--google-1)", "var(--other-1)"],
  );
});
