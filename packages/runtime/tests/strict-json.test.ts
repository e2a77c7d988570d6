import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseStrictJson, Problem } from "../src/index.ts";
import { MAX_JSON_DEPTH } from "../src/body/strict-json.ts";

const RESERVED = new Set(["__proto__", "constructor", "prototype"]);
const text = fc.string({ unit: "grapheme" }).filter((value) => value.isWellFormed() && !value.includes("\0"));
const name = text.filter((value) => !RESERVED.has(value));

const value = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 8, withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    text,
    fc.array(tie("json"), { maxLength: 4 }),
    fc.dictionary(name, tie("json"), { maxKeys: 4, noNullPrototype: true }),
  ),
})).json;

function refused(source: string): void {
  assert.throws(
    () => parseStrictJson(source),
    (error) => error instanceof Problem && error.code === "malformed_json" && error.status === 400,
    source.slice(0, 80),
  );
}

test("whatever it accepts means what JSON.parse says", () => {
  fc.assert(
    fc.property(value, fc.constantFrom(0, 1, "\t"), (json, space) => {
      const source = JSON.stringify(json, null, space);
      assert.deepEqual(parseStrictJson(source), JSON.parse(source));
    }),
  );
});

test("any text at all gives what JSON.parse gives, or is refused", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.json(), fc.string({ unit: fc.constantFrom(...'{}[],:"\\u0a1 '.split("")) })),
      (source) => {
        let strict: unknown;
        try {
          strict = parseStrictJson(source);
        } catch (error) {
          assert.ok(error instanceof Problem);
          return;
        }
        assert.deepEqual(strict, JSON.parse(source));
      },
    ),
  );
});

/** `{"a":[{"a":[ … inner … ]}]}`, nested `depth` times. */
function nest(inner: string, depth: number): string {
  let source = inner;
  for (let level = 0; level < depth; level++) source = level % 2 === 0 ? `[0,${source}]` : `{"a":"}","b":${source}}`;
  return source;
}

test("a member that stands twice is refused at every depth, however it is spelled", () => {
  const escaped = (word: string): string =>
    [...word].map((character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
  fc.assert(
    fc.property(
      fc.stringMatching(/^[a-z"\\]{1,8}$/),
      fc.integer({ min: 0, max: MAX_JSON_DEPTH - 1 }),
      fc.boolean(),
      fc.array(value, { maxLength: 2 }),
      (member, depth, escape, between) => {
        const plain = JSON.stringify(member);
        const again = escape ? `"${escaped(member)}"` : plain;
        const others = between.map((other, index) => `"other ${index}":${JSON.stringify(other)},`).join("");
        const once = nest(`{${plain}:1}`, depth);
        refused(nest(`{${plain}:1,${others}${again}:2}`, depth));
        assert.deepEqual(parseStrictJson(once), JSON.parse(once));
      },
    ),
  );
});

test("the same member in two objects, and a value equal to a member, are not duplicates", () => {
  assert.deepEqual(parseStrictJson('[{"a":"a","b":{"a":1}},{"a":2}]'), [{ a: "a", b: { a: 1 } }, { a: 2 }]);
});

test("__proto__ and constructor.prototype are refused at every depth, however they are spelled", () => {
  for (let depth = 0; depth < MAX_JSON_DEPTH - 2; depth++) {
    refused(nest('{"__proto__":{"admin":true}}', depth));
    refused(nest('{"\\u005f_proto__":1}', depth));
    refused(nest('{"constructor":{"prototype":{"admin":true}}}', depth));
    refused(nest('{"constructor":{"a":1,"\\u0070rototype":1}}', depth));
  }
  assert.deepEqual(parseStrictJson('{"constructor":"A & B","prototype":1}'), { constructor: "A & B", prototype: 1 });
});

test("nesting is bounded, and the bound itself is accepted", () => {
  const of = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
  parseStrictJson(of(MAX_JSON_DEPTH));
  refused(of(MAX_JSON_DEPTH + 1));
  refused(of(100_000));
});

for (const source of ['"\\u0000"', '{"a\\u0000":1}', '"\\ud800"', '["\\udc00\\ud800"]', '"\ud800"']) {
  test(`the string in ${JSON.stringify(source)} is not text and refused`, () => refused(source));
}

for (const source of [
  "",
  " ",
  "{",
  '{"a":1,}',
  "[1,]",
  "NaN",
  "01",
  "'a'",
  '{"a":1}x',
  "\ufeff{}",
  "// a\n1",
  '"\t"',
]) {
  test(`${JSON.stringify(source)} is not JSON and refused`, () => refused(source));
}

test("a number that is none here is refused, wherever it stands; one that is large is not", () => {
  for (const source of ["1e400", "-1e400", '{"a":[1,{"b":1E+999}]}', `${"9".repeat(400)}.5`, "[0,-1e309]"])
    refused(source);
  for (const source of ["1e308", "-1.7e308", "1e-400", "-0", '["1e400"]', '{"1e400":0}', "[12345678901234567890]"]) {
    assert.deepEqual(parseStrictJson(source), JSON.parse(source));
  }
});
