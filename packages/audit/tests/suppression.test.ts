import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSync } from "oxc-parser";
import { readSuppressions, type Suppressions } from "../src/suppression/read-suppressions.ts";
import { sqlComments } from "../src/suppression/sql-comments.ts";

function ofCode(text: string, known: ReadonlySet<string> | null = null): Suppressions {
  return readSuppressions(text, parseSync("file.tsx", text).comments, known);
}

const said = ({ suppressions }: Suppressions): string[] =>
  suppressions.map(({ rule, line, reason }) => `${line} ${rule}: ${reason}`);

test("a comment alone on its line speaks of the next line, one after code of its own", () => {
  const text = [
    "// keys-audit-ignore tenant/by-id -- the id is a capability",
    "await a();",
    "await b(); // keys-audit-ignore auth/none -- public by design",
    "/* keys-audit-ignore sql/raw -- a constant */ await c();",
    "/*",
    " * keys-audit-ignore sql/raw -- a constant too",
    " */",
    "await d();",
  ].join("\n");
  assert.deepEqual(said(ofCode(text)), [
    "2 tenant/by-id: the id is a capability",
    "3 auth/none: public by design",
    "4 sql/raw: a constant",
    "8 sql/raw: a constant too",
  ]);
});

test("several comments one above the other speak of the same code, whatever comments and blanks stand between", () => {
  const text = "// keys-audit-ignore a/b -- one\n// why\n\n// keys-audit-ignore c/d, e/f -- two\n--count;\n";
  assert.deepEqual(said(ofCode(text)), ["5 a/b: one", "5 c/d: two", "5 e/f: two"]);
});

test("a comment in JSX speaks of the element below it", () => {
  const text = [
    "const a = <p>",
    "  {/* keys-audit-ignore xss/html -- from our own CMS */}",
    "  {/* and a word more */}",
    "  <b dangerouslySetInnerHTML={x} />",
    "</p>;",
  ].join("\n");
  assert.deepEqual(said(ofCode(text)), ["4 xss/html: from our own CMS"]);
});

test("without a reason nothing is suppressed, and the comment is a problem", () => {
  for (const comment of [
    "// keys-audit-ignore a/b",
    "// keys-audit-ignore a/b --",
    "// keys-audit-ignore a/b - reason",
    "// keys-audit-ignore a/b --reason",
  ]) {
    const { suppressions, problems } = ofCode(`${comment}\nrun();`);
    assert.deepEqual(suppressions, [], comment);
    assert.equal(problems.length, 1, comment);
    assert.equal(problems[0]?.line, 1);
  }
});

test("without a rule, with one that is none, or with an unknown one, nothing is suppressed", () => {
  for (const comment of [
    "keys-audit-ignore -- reason",
    "keys-audit-ignore all -- reason",
    "keys-audit-ignore */* -- reason",
  ]) {
    const { suppressions, problems } = ofCode(`// ${comment}\nrun();`);
    assert.deepEqual([suppressions.length, problems.length], [0, 1], comment);
  }
  const { suppressions, problems } = ofCode("// keys-audit-ignore a/b, c/d -- reason\nrun();", new Set(["a/b"]));
  assert.deepEqual(said({ suppressions, problems: [] }), ["2 a/b: reason"]);
  assert.match(problems[0]?.message ?? "", /c\/d/);
});

test("strings and other words that contain the mark suppress nothing", () => {
  const text =
    'log("// keys-audit-ignore a/b -- reason");\n// keys-audit-ignored a/b -- reason\n// see keys-audit-ignore a/b -- c\nrun();';
  assert.deepEqual(ofCode(text), { suppressions: [], problems: [] });
});

test("lines are counted with every line end", () => {
  assert.deepEqual(said(ofCode("a();\r\n// keys-audit-ignore a/b -- r\r\nb();\r\n")), ["3 a/b: r"]);
});

test("comments of SQL suppress, text that looks like one does not", () => {
  const text = [
    "-- keys-audit-ignore rls/disabled -- a table of countries",
    "CREATE TABLE countries (code text);",
    "INSERT INTO notes VALUES ('-- keys-audit-ignore rls/disabled -- no', $q$-- keys-audit-ignore a/b -- no$q$);",
    "CREATE FUNCTION f() RETURNS int AS $$",
    "  /* outer /* inner */ still */",
    "  SELECT 1 -- keys-audit-ignore rls/definer -- constant",
    "$$ LANGUAGE sql;",
    'SELECT E\'\\\'-- keys-audit-ignore a/b -- no\', "a""-- keys-audit-ignore a/b -- no";',
  ].join("\n");
  assert.deepEqual(said(readSuppressions(text, sqlComments(text))), [
    "2 rls/disabled: a table of countries",
    "6 rls/definer: constant",
  ]);
});

test("an unclosed comment, string or quotation ends with the file", () => {
  for (const text of ["/* a", "-- a", "'a", '"a', "$$a", "$", "E'\\"]) assert.doesNotThrow(() => sqlComments(text));
});
