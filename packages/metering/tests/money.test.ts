import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MeteringError, exactUsd, formatUsd, nanousdFromJson, nanousdToJson, parseUsd } from "../src/index.ts";

const refused = (error: unknown): boolean => error instanceof MeteringError && error.code === "amount_invalid";

test("amounts are read exactly, to the nano-dollar", () => {
  assert.equal(parseUsd("0.01"), 10_000_000n);
  assert.equal(parseUsd("1204.18"), 1_204_180_000_000n);
  assert.equal(parseUsd("0.000000001"), 1n);
  assert.equal(parseUsd("007.5"), 7_500_000_000n);
});

test("anything but plain digits with at most nine decimals is refused", () => {
  const bad = ["", " ", "1e3", "-1", "+1", "1,000", ".5", "5.", "0.0000000001", "0x10", "NaN", "1 ", "١", "1.5.0"];
  for (const text of [...bad, "9999999999999", "99999999999"]) assert.throws(() => parseUsd(text), refused, text);
});

test("what is exported reads back as the same amount", () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 9_000_000_000_000_000_000n), (amount) => {
      assert.equal(parseUsd(exactUsd(amount)), amount);
      assert.equal(nanousdFromJson(nanousdToJson(amount)), amount);
    }),
  );
});

test("people see cents from a cent on and four significant digits below it", () => {
  const shown: [string, string][] = [
    ["1204.18", "$1,204.18"],
    ["0.000312", "$0.0003120"],
    ["0.01", "$0.01"],
    ["0.0105", "$0.0105"],
    ["0.123456", "$0.1235"],
    ["0.99999", "$1.00"],
    ["0.0099999999".slice(0, 11), "$0.01"],
    ["1", "$1.00"],
    ["123456.785", "$123,456.79"],
    ["0.000000001", "$0.000000001"],
    ["0", "$0.00"],
  ];
  for (const [amount, text] of shown) assert.equal(formatUsd(parseUsd(amount)), text, amount);
  assert.equal(formatUsd(-1_500_000_000n), "-$1.50");
});

test("an amount that is not nothing is never shown as nothing", () => {
  fc.assert(fc.property(fc.bigInt(1n, 10n ** 15n), (amount) => assert.match(formatUsd(amount), /[1-9]/)));
});

test("only strings of digits are amounts in JSON", () => {
  for (const value of [1, 1n, "01", "-1", "1.0", "", null, "9223372036854775808"]) {
    assert.throws(() => nanousdFromJson(value), refused);
  }
});
