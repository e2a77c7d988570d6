import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { Problem } from "@meterr/runtime";
import { readCursor, writeCursor } from "../src/cursor.ts";
import { mintInput, updateInput } from "../src/validators/inputs.ts";

const mint = (more: Record<string, unknown>) => mintInput.safeParse({ name: "app", mode: "test", ...more });

for (const [text, nanousd] of [
  ["0.01", 10_000_000n],
  ["0", 0n],
  ["0.000000001", 1n],
  ["1", 1_000_000_000n],
  ["12.5", 12_500_000_000n],
  ["1000000", 1_000_000_000_000_000n],
] as const) {
  test(`a limit of "${text}" is ${nanousd} nano-dollars exactly`, () => {
    assert.equal(updateInput.parse({ limit_usd: text }).limit_usd, nanousd);
    assert.equal(mint({ limit_usd: text }).data?.limit_usd, nanousd);
  });
}

for (const text of [
  "1e3",
  "-1",
  "0.0000000001",
  " 1",
  "1 ",
  "",
  ".5",
  "5.",
  "+1",
  "1,000",
  "0x10",
  "NaN",
  "Infinity",
  "١",
  "1000000.000000001",
  "9".repeat(31),
]) {
  test(`a limit of "${text}" is refused`, () =>
    assert.equal(updateInput.safeParse({ limit_usd: text }).success, false));
}

test("a limit that is a number is refused, since numbers are not exact", () => {
  for (const limit_usd of [0.01, 1, null, true, ["1"]])
    assert.equal(updateInput.safeParse({ limit_usd }).success, false);
});

const UNFIT: readonly [string, Record<string, unknown>][] = [
  ["no mode", { mode: undefined }],
  ["another mode", { mode: "sandbox" }],
  ["an empty name", { name: " " }],
  ["a name with a control character", { name: "a\u0000b" }],
  ["no allowed model at all", { allowed_models: [] }],
  ["a model with a blank", { allowed_models: ["gpt 4"] }],
  ["101 models", { allowed_models: Array.from({ length: 101 }, (_, at) => `m${at}`) }],
  ["an origin with a path", { allowed_origins: ["https://app.example.test/"] }],
  ["an origin with a name in it", { allowed_origins: ["https://user@app.example.test"] }],
  ["an origin of another scheme", { allowed_origins: ["ftp://app.example.test"] }],
  ["the origin null", { allowed_origins: ["null"] }],
  ["an origin with a wildcard", { allowed_origins: ["https://*.example.test/*"] }],
  ["a time without an offset", { expires_at: "2030-01-01T00:00:00" }],
  ["a time that is none", { expires_at: "2030-13-01T00:00:00Z" }],
  ["a provider nobody knows", { provider_secret_ids: { mistral: randomUUID() } }],
  ["a provider secret that is no uuid", { provider_secret_ids: { openai: "1" } }],
  ["a hash of its own choosing", { hash: "00" }],
];
for (const [what, more] of UNFIT) test(`${what} is refused`, () => assert.equal(mint(more).success, false));

test("what is fit is read", () => {
  const fit = mint({
    allowed_models: ["gpt-4o", "models/gemini-2.0-flash", "ft:gpt-4o:org::id"],
    allowed_origins: ["https://app.example.test:8443"],
  });
  assert.ok(fit.success);
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
  `1_${randomUUID()} or true`,
]) {
  test(`the cursor "${text.slice(0, 20)}" is refused before the database sees it`, () => {
    assert.throws(
      () => readCursor(text),
      (error) => error instanceof Problem && error.status === 400 && error.errors[0]?.path === "query.cursor",
    );
  });
}
