import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "../../src/syntax/parse.ts";

test("a file's tree is read when it is asked for, and is then the same one", () => {
  const syntax = parse("a.ts", "export const a: number = 1;\n// said\nexport function b() {}\n");
  assert.deepEqual(syntax.errors, []);
  assert.equal(syntax.program, syntax.program);
  assert.deepEqual(
    syntax.program.body.map(({ type }) => type),
    ["ExportNamedDeclaration", "ExportNamedDeclaration"],
  );
  assert.equal(syntax.comments.length, 1);
  assert.deepEqual(syntax.lines, [0, 28, 36, 59]);
});

test("what does not parse is known before its tree is asked for, and what is left of it is there", () => {
  const syntax = parse("a.ts", "const a = 1;\nconst b = ;\n");
  assert.equal(syntax.errors.length, 1);
  assert.ok((syntax.errors[0]?.offset ?? 0) > 12);
});

test("trees of many files that are open at once do not run into each other", () => {
  const all = Array.from({ length: 50 }, (_, at) => parse(`f${at}.ts`, `export const name${at} = ${at};`));
  for (const [at, { program }] of all.toReversed().entries()) {
    const [statement] = program.body;
    const declared = statement?.type === "ExportNamedDeclaration" ? statement.declaration : null;
    const id = declared?.type === "VariableDeclaration" ? declared.declarations[0]?.id : null;
    assert.equal(id?.type === "Identifier" ? id.name : "", `name${49 - at}`);
  }
});
