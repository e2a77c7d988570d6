import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { tablesElsewhere } from "../src/add/tables-elsewhere.ts";
import { removeEntry, setEntry } from "../src/files/edit-json.ts";
import { satisfies } from "../src/files/semver.ts";

const name = fc.stringMatching(/^(@[a-z]{1,4}\/)?[a-z][a-z-]{0,8}$/);
const section = fc.dictionary(name, fc.constantFrom("1.0.0", "^2.0.0", "file:../x"), {
  maxKeys: 4,
  noNullPrototype: true,
});
const layout = fc.constantFrom<[string | number | undefined, string]>(
  [2, "\n"],
  [4, "\n"],
  ["\t", "\n"],
  [2, "\r\n"],
  [undefined, "\n"],
);

/** With names in order, as npm writes them. */
const document = fc
  .record({ dependencies: section, rest: section, has: fc.boolean() })
  .map(({ dependencies, rest, has }) => {
    const sorted = Object.fromEntries(Object.entries(dependencies).sort(([one], [other]) => (one < other ? -1 : 1)));
    return { name: "host", ...(has ? { dependencies: sorted } : {}), "x-rest": rest };
  });

test("what is added to package.json is there, nothing else changes, and taking it out gives the very same text", () => {
  fc.assert(
    fc.property(document, layout, name, (content, [indent, line], added) => {
      fc.pre(content.dependencies?.[added] === undefined);
      const text = JSON.stringify(content, null, indent).replaceAll("\n", line) + line;
      const longer = setEntry(text, "dependencies", added, "^9.9.9");
      assert.deepEqual(JSON.parse(longer), {
        ...content,
        dependencies: { ...content.dependencies, [added]: "^9.9.9" },
      });
      const whole = content.dependencies === undefined;
      const shorter = removeEntry(longer, "dependencies", whole ? null : added);
      assert.equal(shorter, text);
    }),
    { numRuns: 300 },
  );
});

test("odd layouts, comments' look-alikes and escapes are left as they are", () => {
  const text = '{ "name":"x" ,"dependencies" : {"b" :"1"} , "a//b": "/* \\" */" }';
  const longer = setEntry(setEntry(text, "dependencies", "c", "2"), "dependencies", "a", "3");
  assert.equal(longer, '{ "name":"x" ,"dependencies" : {"a": "3", "b" :"1", "c": "2"} , "a//b": "/* \\" */" }');
  assert.equal(removeEntry(removeEntry(longer, "dependencies", "c"), "dependencies", "a"), text);
});

test("a package.json whose dependencies are no object is refused", () => {
  for (const text of ['{"dependencies": []}', "[]", "{", '"x"']) {
    assert.throws(() => setEntry(text, "dependencies", "a", "1"), { code: "host_invalid" });
  }
});

const RANGES: readonly [string, string, boolean | null][] = [
  ["4.6.7", "^4.6.7", true],
  ["4.7.0", "^4.6.7", true],
  ["4.6.6", "^4.6.7", false],
  ["5.0.0", "^4.6.7", false],
  ["0.1.5", "^0.1.0", true],
  ["0.2.0", "^0.1.0", false],
  ["0.0.4", "^0.0.3", false],
  ["1.2.9", "~1.2.3", true],
  ["1.3.0", "~1.2.3", false],
  ["23.1.0", ">=18", true],
  ["17.9.9", ">=18", false],
  ["2.0.0", "^1.0.0 || ^2.0.0", true],
  ["3.0.0", "^1.0.0 || weird", null],
  ["1.0.0", "1.0.0", true],
  ["1.0.1", "1.0.0", false],
  ["1.0.0", "*", true],
  ["1.0.0", ">=1 <2", null],
  ["1.0.0", "file:../x-1.0.0.tgz", null],
];
for (const [version, range, expected] of RANGES) {
  test(`${version} under ${range}: ${expected === null ? "not guessed" : String(expected)}`, () => {
    assert.equal(satisfies(version, range), expected);
  });
}

const TABLES = ["things", "app.parts", "claims"];

test("tables a module's SQL makes or drops are told from those that come from elsewhere", () => {
  const up = `-- first run the runtime's claims; then
    create table if not exists things (id uuid, claim uuid references claims);
    CREATE TABLE "parts" partition of things default;`;
  assert.deepEqual(tablesElsewhere(TABLES, "create", up), ["claims"]);
  assert.deepEqual(
    tablesElsewhere(TABLES, "drop", "drop table if exists things,\n  app.parts cascade; -- drop table claims"),
    ["claims"],
  );
  assert.deepEqual(tablesElsewhere(TABLES, "create", ""), TABLES);
});
