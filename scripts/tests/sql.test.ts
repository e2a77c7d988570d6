import assert from "node:assert/strict";
import test from "node:test";
import { sql } from "../check/sql.ts";
import { plant } from "./plant.ts";

async function findings(source: string, others: Readonly<Record<string, string>> = {}) {
  using planted = plant({ "packages/a/src/a.ts": source, ...others });
  return (await sql.run(planted.tree)).findings;
}

const CONSTANT: Readonly<Record<string, string>> = {
  "a string": `pool.query("select 1")`,
  "a template without substitutions": "pool.query(`select $1`, [id])",
  "a named constant": `const find = "select 1"; pool.query(find)`,
  "a local constant": `function f() { const find = "select 1"; return pool.query(find); }`,
  "a constant made of constants": 'const columns = "id, name"; pool.query(`select ${columns} from a`)',
  "a property of a constant object": `const statements = { find: "select 1" } as const; pool.query(statements.find)`,
  "a frozen object": `const s = Object.freeze({ find: "select 1" }); pool.query(s.find)`,
  "any entry of a constant table": `const s = { a: { all: "select 1" }, b: { all: "select 2" } }; pool.query(s[by].all)`,
  "a statement object": `pool.query({ name: "find", text: "select $1", values: [id] })`,
  "a choice between constants": `pool.query(forward ? "select 1" : "select 2")`,
};
for (const [name, source] of Object.entries(CONSTANT)) {
  test(`SQL that is ${name} passes`, async () => assert.deepEqual(await findings(source), []));
}

const BUILT: Readonly<Record<string, string>> = {
  "a template with a variable": "function f(id: string) { return pool.query(`select ${id}`); }",
  "a sum with a variable": `function f(id: string) { return pool.query("select " + id); }`,
  "a variable": `let find = "select 1"; pool.query(find)`,
  "a parameter that hides a constant": `const find = "select 1"; const f = (find: string) => pool.query(find);`,
  "a destructured name": `const { find } = request.body; pool.query(find)`,
  "the result of a call": `pool.query(build())`,
  "a statement object with a built text": "pool.query({ text: `select ${column}`, values: [] })",
  "a statement object whose text a spread may replace": `pool.query({ text: "select 1", ...rest })`,
  "an entry of a table with one built": "const s = { a: 'select 1', b: `select ${x()}` }; pool.query(s[name])",
  "a property that is not there": `const s = { a: "select 1" }; pool.query(s.b)`,
  "reached through a quoted method": `pool["query"](text)`,
  "reached through an optional chain": `pool?.query(text)`,
};
for (const [name, source] of Object.entries(BUILT)) {
  test(`SQL that is ${name} is found`, async () => {
    assert.match((await findings(source)).join(), /packages\/a\/src\/a\.ts:1: SQL must be a constant/);
  });
}

test("a constant imported from another file passes, a built one is found", async () => {
  const source = `import { find } from "./find.ts"; pool.query(find)`;
  assert.deepEqual(await findings(source, { "packages/a/src/find.ts": `export const find = "select 1"` }), []);
  const built = await findings(source, { "packages/a/src/find.ts": "export const find = `select ${table()}`" });
  assert.equal(built.length, 1);
});

test("a suppression holds with a reason and not without", async () => {
  const call = "pool.query(text)";
  assert.deepEqual(await findings(`// sql-not-constant: passes on what withTenant's caller wrote\n${call}`), []);
  assert.match((await findings(`// sql-not-constant:\n${call}`)).join(), /needs a reason/);
});
