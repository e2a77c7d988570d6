import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { maskSecret, Secret } from "../src/index.ts";

test("a long secret shows its first six and last four characters", () => {
  const value = `abcdef${"0".repeat(30)}wxyz`;
  assert.equal(maskSecret(new Secret(value)), "abcdef…wxyz");
  assert.equal(maskSecret(value), "abcdef…wxyz");
});

test("a secret of fewer than twenty characters shows nothing of itself", () => {
  assert.equal(maskSecret("a".repeat(19)), "****");
  assert.equal(maskSecret("a".repeat(20)), "aaaaaa…aaaa");
  assert.equal(maskSecret(new Secret("a")), "****");
});

test("characters outside the basic plane are counted once and never cut in two", () => {
  assert.equal(maskSecret("😀".repeat(19)), "****");
  assert.equal(maskSecret("😀".repeat(20)), `${"😀".repeat(6)}…${"😀".repeat(4)}`);
});

test("whatever the secret, at least ten of its characters stay hidden or all do, and the form fits its column", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 200, unit: "grapheme" }), (value) => {
      const mask = maskSecret(value);
      const length = [...value].length;
      assert.ok(mask === "****" || length - ([...mask].length - 1) >= 10);
      assert.ok([...mask].length <= 16);
      assert.ok(mask.isWellFormed());
    }),
  );
});
