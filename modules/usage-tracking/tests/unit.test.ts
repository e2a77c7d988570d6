import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { Problem } from "@meterr/runtime";
import { readCursor, writeCursor } from "../src/cursor.ts";
import { eventsQuery, reportInput, summaryQuery } from "../src/validators/inputs.ts";

const report = (more: Record<string, unknown>) =>
  reportInput.safeParse({ provider: "openai", model: "gpt-4o", usage: { input: 1 }, ...more });

const UNFIT: readonly [string, Record<string, unknown>][] = [
  ["a negative count", { usage: { input: -1 } }],
  ["half a token", { usage: { output: 0.5 } }],
  ["a count as text", { usage: { input: "5" } }],
  ["a count beyond a thousand million", { usage: { input: 1_000_000_001 } }],
  ["a bucket nobody knows", { usage: { tokens: 1 } }],
  ["no usage", { usage: undefined }],
  ["a cost of its own", { cost: "0" }],
  ["a cost in nano-dollars", { cost_nanousd: "0" }],
  ["a cost among the counts", { usage: { input: 1, cost: 0 } }],
  ["a price", { price_version: "pv1_mine" }],
  ["another member", { member_id: randomUUID() }],
  ["a virtual key", { virtual_key_id: randomUUID() }],
  ["a mode", { simulated: true }],
  ["an empty model", { model: "" }],
  ["a model with a blank", { model: "gpt 4" }],
  ["a model of 201 characters", { model: "m".repeat(201) }],
  ["another provider", { provider: "mistral" }],
  ["a time without an offset", { occurred_at: "2026-01-01T00:00:00" }],
  ["a request id with a line break", { request_id: "a\nb" }],
];
for (const [what, more] of UNFIT)
  test(`a report with ${what} is refused`, () => assert.equal(report(more).success, false));

test("sums and lists are bounded", () => {
  for (const days of ["0", "367", "1.5", "x", "-1"]) assert.equal(summaryQuery.safeParse({ days }).success, false);
  for (const limit of ["0", "201", "1e9x"]) assert.equal(eventsQuery.safeParse({ limit }).success, false);
  assert.equal(summaryQuery.safeParse({ by: "cost_nanousd; drop table events" }).success, false);
  assert.deepEqual(summaryQuery.parse({}), { by: "model", days: 30, simulated: "false" });
});

test("a cursor reads back as it was written", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 9_999_999_999 }),
      fc.integer({ min: 0, max: 999_999 }),
      fc.uuid(),
      (s, u, id) => {
        const cursor = { micros: `${BigInt(s) * 1_000_000n + BigInt(u)}`, id };
        assert.deepEqual(readCursor(writeCursor(cursor)), cursor);
      },
    ),
  );
});

for (const text of [
  "",
  "1",
  `1_${"-".repeat(36)}`,
  `x_${randomUUID()}`,
  `-1_${randomUUID()}`,
  `${"9".repeat(17)}_${randomUUID()}`,
]) {
  test(`the cursor "${text.slice(0, 20)}" is refused before the database sees it`, () => {
    assert.throws(
      () => readCursor(text),
      (error) => error instanceof Problem && error.status === 400 && error.errors[0]?.path === "query.cursor",
    );
  });
}
