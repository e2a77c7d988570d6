import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { statementsIn, sqlOf } from "../../src/sql/in-typescript.ts";
import { Scanner } from "../../src/sql/scanner.ts";
import { splitStatements } from "../../src/sql/statements.ts";
import { insideOf, tokensOf } from "../../src/sql/token.ts";

const statements = (text: string): string[] => splitStatements(text).map(({ start, end }) => text.slice(start, end));

/** Text made of what a splitter trips over. */
const anything = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "'",
        "''",
        '"',
        "$$",
        "$a$",
        "$",
        "--",
        "\n",
        "/*",
        "*/",
        ";",
        "(",
        ")",
        "\\",
        "E'",
        "U&'",
        "begin atomic ",
        "case ",
        "end",
        "create function f() ",
        "create rule ",
        "copy t from stdin",
        "\\.\n",
        "::",
        "$1",
        "=-1",
        "\u{feff}",
      ),
      fc.string({ unit: "binary", maxLength: 6 }),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(""));

test("every character belongs to exactly one token, whatever the text", () => {
  fc.assert(
    fc.property(anything, (text) => {
      const scanner = new Scanner(text);
      let joined = "";
      while (scanner.next()) {
        assert.ok(scanner.end > scanner.start);
        joined += text.slice(scanner.start, scanner.end);
      }
      assert.equal(joined, text);
    }),
    { numRuns: 2_000 },
  );
});

test("statements follow one another, end where they are cut, and lose nothing that means something", () => {
  fc.assert(
    fc.property(anything, (text) => {
      let before = 0;
      let outside = "";
      for (const { start, end } of splitStatements(text)) {
        assert.ok(start >= before && end > start && end <= text.length);
        outside += `${text.slice(before, start)}\n`;
        before = end;
      }
      outside += text.slice(before);
      if (/\\|copy/.test(text)) return;
      assert.deepEqual(
        tokensOf({ path: "", text: outside, base: 0 }).filter(({ value }) => value !== ";"),
        [],
      );
    }),
    { numRuns: 2_000 },
  );
});

test("what is split once is not split again", () => {
  fc.assert(
    fc.property(anything, (text) => {
      for (const statement of statements(text)) {
        if (/^copy/i.test(statement)) continue;
        assert.equal(splitStatements(statement).length, 1);
      }
    }),
    { numRuns: 1_000 },
  );
});

for (const [guarantee, text, expected] of [
  [
    "semicolons in strings, names and comments divide nothing",
    `select ';', ";" /* ; /* ; */ ; */ -- ;\n, 1; select 2`,
    2,
  ],
  ["a quote doubled stays inside", "select 'it''s; so'; select 2", 2],
  ["a backslash escapes in E'' alone", String.raw`select E'\'; still'; select '\'; select 3`, 3],
  ["dollar quotes end at their own tag", "do $a$ begin $$;$$; $b$;$b$; end $a$; select 1", 2],
  ["$1 opens nothing", "select $1; select $2", 2],
  ["a name may hold a dollar", "select a$b$; select c$b$", 2],
  [
    "begin atomic holds its own semicolons",
    "create function f() returns int begin atomic select case when true then 1 end; select 2; end; select 3",
    2,
  ],
  [
    "a rule holds its actions",
    "create rule r as on insert to t do also (insert into a values (1); insert into b values (2)); select 1",
    2,
  ],
  ["data after copy is no SQL", "copy t (a) from stdin;\n1; 'x\n\\.\nselect 1;", 2],
  ["lines of psql are no SQL", "\\connect app\nselect 1;\n\\unrestrict it's\nselect 2;", 2],
  ["a parenthesis left open does not swallow the rest", "create table a (b int; create table c (d int);", 2],
  ["what is not closed ends with the file", "select 1; select 'abc; def", 2],
] as const) {
  test(guarantee, () => {
    assert.equal(statements(text).length, expected, JSON.stringify(statements(text)));
  });
}

test("a token inside a string or body stands where it stands in the file", () => {
  const text = "do $x$ execute 'create table ''a'' (b int)'; $x$";
  const [, body] = tokensOf({ path: "", text, base: 0 });
  assert.ok(body !== undefined);
  const inner = insideOf({ path: "", text, base: 0 }, body);
  const string = tokensOf(inner).find(({ kind }) => kind === "string");
  assert.ok(string !== undefined);
  for (const token of tokensOf(insideOf(inner, string))) {
    if (token.kind === "word") assert.equal(text.slice(token.start, token.end), token.value);
  }
});

const typescript = [
  'import { sql } from "kysely";',
  "const tables = ['a'];",
  "export async function up(knex) {",
  "  await knex.raw('ALTER TABLE a ENABLE ROW LEVEL SECURITY');",
  "  await knex.raw(`CREATE POLICY p ON ${schema}.a USING (x = '\\`')`);",
  "  await sql`alter table ${sql.table(name)} force row level security`.execute(db);",
  '  await queryRunner.query("DROP POLICY q ON a");',
  "  console.log('create nothing');",
  "}",
  "export async function down(knex) {",
  "  await knex.raw('ALTER TABLE a DISABLE ROW LEVEL SECURITY');",
  "}",
].join("\n");

test("SQL handed to a database in TypeScript is read forwards, and keeps its place", () => {
  const found = statementsIn(typescript);
  assert.deepEqual(
    found.map(({ text }) => text.split(" ").slice(0, 2).join(" ").toLowerCase()),
    ["alter table", "create policy", "alter table", "drop policy"],
  );
  const masked = sqlOf(typescript);
  for (const { start, end, text } of found) {
    assert.equal(text.length, end - start);
    assert.equal(masked.slice(start, end), text);
  }
  assert.equal(splitStatements(masked).length, 4);
});

test("whatever the text, embedded SQL lies inside of it", () => {
  const code = fc
    .array(
      fc.constantFrom(
        "`",
        "'",
        '"',
        "${",
        "}",
        ".query(",
        "sql",
        "create table a",
        "\\",
        "\n",
        "(",
        ")",
        ";",
        "down() {",
        "up() {",
        " ",
      ),
      { maxLength: 30 },
    )
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(code, (text) => {
      for (const { start, end, text: sql } of statementsIn(text)) {
        assert.ok(start <= end && end <= text.length);
        assert.equal(sql.length, end - start);
      }
      assert.ok(sqlOf(text).length <= text.length + 2);
    }),
    { numRuns: 1_000 },
  );
});
