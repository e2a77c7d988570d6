import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MeteringError, editTopLevel, type Edit } from "../src/index.ts";

const edit = (text: string, ...edits: Edit[]): string => Buffer.from(editTopLevel(Buffer.from(text), edits)).toString();

test("one member is set and every other byte stays", () => {
  const limit: Edit = { path: ["max_tokens"], value: 5 };
  assert.equal(edit('{"a":1}', limit), '{"max_tokens":5,"a":1}');
  assert.equal(edit(" {\n}", limit), ' {"max_tokens":5\n}');
  assert.equal(edit('{ "max_tokens" : 100 , "a":"\\u00e9" }', limit), '{ "max_tokens" : 5 , "a":"\\u00e9" }');
  assert.equal(edit('{"max\\u005ftokens":100}', limit), '{"max\\u005ftokens":5}');
  assert.equal(
    edit('{"x":{"max_tokens":1},"y":"max_tokens"}', limit),
    '{"max_tokens":5,"x":{"max_tokens":1},"y":"max_tokens"}',
  );
  assert.equal(edit('{"max_tokens":1,"max_tokens":2}', limit), '{"max_tokens":5,"max_tokens":5}');
});

test("a name that begins with a byte order mark is another name", () => {
  assert.equal(edit('{"\uFEFFn":1}', { path: ["n"], value: 5 }), '{"n":5,"\uFEFFn":1}');
});

test("a member of an inner object is set, and the object made where there is none", () => {
  const usage: Edit = { path: ["stream_options", "include_usage"], value: true };
  assert.equal(edit('{"stream":true}', usage), '{"stream_options":{"include_usage":true},"stream":true}');
  assert.equal(edit('{"stream_options":null}', usage), '{"stream_options":{"include_usage":true}}');
  assert.equal(edit('{"stream_options":{}}', usage), '{"stream_options":{"include_usage":true}}');
  assert.equal(
    edit('{"stream_options":{"include_usage":false,"x":[1]}}', usage),
    '{"stream_options":{"include_usage":true,"x":[1]}}',
  );
});

test("several members at once", () => {
  const edits: Edit[] = [
    { path: ["a"], value: 1 },
    { path: ["b", "c"], value: true },
    { path: ["d"], value: "x" },
  ];
  assert.deepEqual(JSON.parse(edit("{}", ...edits)), { a: 1, b: { c: true }, d: "x" });
  assert.deepEqual(JSON.parse(edit('{"d":9,"z":0}', ...edits)), { a: 1, b: { c: true }, d: "x", z: 0 });
});

test("edits of the same member, and bodies that are no object, are refused", () => {
  const refused = (error: unknown): boolean => error instanceof MeteringError && error.code === "edit_invalid";
  assert.throws(() => edit('{"a":1}', { path: ["a"], value: 1 }, { path: ["a"], value: 2 }), refused);
  assert.throws(() => edit("{}", { path: ["a", "b"], value: 1 }, { path: ["a", "c"], value: 2 }), refused);
  assert.throws(() => edit("[]", { path: ["a"], value: 1 }), refused);
});

test("for any JSON object, in any layout, only the member changes", () => {
  const name = fc.oneof(fc.constantFrom("max_tokens", "stream_options", 'quo"te', "back\\slash", "ünï"), fc.string());
  const body = fc.dictionary(name, fc.jsonValue({ maxDepth: 4 })).filter((value) => !Object.hasOwn(value, "__proto__"));
  fc.assert(
    fc.property(body, fc.constantFrom(0, 1, 4), fc.integer(), (value, indent, limit) => {
      const raw = Buffer.from(JSON.stringify(value, null, indent));
      const after = JSON.parse(Buffer.from(editTopLevel(raw, [{ path: ["max_tokens"], value: limit }])).toString());
      // Through JSON once more, since negative zero has no JSON of its own.
      assert.deepEqual(after, JSON.parse(JSON.stringify({ ...value, max_tokens: limit })));
    }),
  );
});
