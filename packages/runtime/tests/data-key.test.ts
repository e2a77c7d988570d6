import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { dataKey, sqlIdentifier, supabaseClaim, transactionSetting, type DataOptions } from "../src/index.ts";
import { manifestForTest } from "../src/testing/index.ts";

// What the database decides is tested against a real one, in modules/tenant-rls/tests/data-key.test.ts.

const manifest = manifestForTest([], { key_type: ["data"], tables: ["app.notes", "colours"] });

function build(change: Partial<DataOptions> = {}) {
  return dataKey({
    manifest,
    tables: [
      { name: "app.notes", tenantColumn: "org_id" },
      { name: "colours", global: "a closed list" },
    ],
    assumptions: { tenant: transactionSetting() },
    up: "create table",
    down: "drop table",
    ...change,
  });
}

test("an identifier is quoted, and nothing but an identifier gets through", () => {
  assert.equal(sqlIdentifier("app.Order"), '"app"."Order"');
  for (const name of ["", ".", "a.", "a.b.c", "1a", "a-b", 'a"b', "a b", "ä", "a;", "a\n", "x".repeat(64), "a\0"]) {
    assert.throws(() => sqlIdentifier(name), { code: "identifier_invalid" }, JSON.stringify(name));
  }
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom("a", "Z", "_", "9", ".", '"', "'", ";", " ", "-") })),
      (name) => {
        let quoted: string;
        try {
          quoted = sqlIdentifier(name);
        } catch {
          return;
        }
        assert.match(quoted, /^"[A-Za-z_]\w{0,62}"(\."[A-Za-z_]\w{0,62}")?$/);
      },
    ),
  );
});

test("a setting, a claim and a type of tenant are no way into SQL", () => {
  for (const name of ["", "tenant", "app.x'); drop table y; --", "App.x", "app."]) {
    assert.throws(() => transactionSetting(name), { code: "identifier_invalid" });
  }
  for (const name of ["", "a'b", "a.b", "a b"])
    assert.throws(() => supabaseClaim(name), { code: "identifier_invalid" });
  assert.throws(() => transactionSetting().expression("uuid; drop table x" as "uuid"), { code: "identifier_invalid" });
});

const INVALID: readonly [string, Partial<DataOptions>, string][] = [
  ["no table", { tables: [] }, "data_invalid"],
  ["nothing that makes it", { up: " " }, "data_invalid"],
  ["no way back", { down: "\n" }, "data_invalid"],
  ["one table twice", { tables: [1, 2].map(() => ({ name: "colours", global: "x" })) }, "data_invalid"],
  ["a global table without a reason", { tables: [{ name: "colours", global: " " }] }, "data_invalid"],
  ["a table with SQL in it", { tables: [{ name: "a; drop", tenantColumn: "org_id" }] }, "identifier_invalid"],
  ["a column with SQL in it", { tables: [{ name: "colours", tenantColumn: "a = a or b" }] }, "identifier_invalid"],
  ["a table key.json does not name", { tables: [{ name: "else", tenantColumn: "org_id" }] }, "manifest_disagrees"],
  ["a key.json of no data", { manifest: manifestForTest([]) }, "manifest_disagrees"],
];
for (const [what, change, code] of INVALID) {
  test(`data with ${what} is refused at construction`, () => {
    assert.throws(() => build(change), { code });
  });
}

test("every tenant table is enabled, forced and policed for reading and writing, and down takes each back", () => {
  const { up, down } = build();
  for (const part of ["enable", "force"])
    assert.ok(up.includes(`alter table "app"."notes" ${part} row level security;`));
  assert.equal(up.match(/ using \(.*?\) with check \(/g)?.length, 2);
  assert.equal(up.includes('"colours"'), false);
  for (const policy of ["tenant_isolation", "tenant_isolation_only"]) {
    assert.ok(down.includes(`drop policy if exists ${policy} on "app"."notes";`));
  }
  assert.ok(down.indexOf("drop policy") < down.indexOf("drop table"));
});

test("a last line that is a comment does not swallow what follows", () => {
  assert.match(build({ up: "create table x () -- so" }).up, /-- so\n;\nalter table/);
});

test("the documentation names tables, policies, how the tenant is set and what happens without", () => {
  for (const tenant of [transactionSetting("my.tenant"), supabaseClaim("team")]) {
    const { documentation } = build({ assumptions: { tenant, notes: ["Rows go after a year."] } });
    for (const heading of [
      "Tables",
      "Policies",
      "How the tenant is set",
      "When row-level security is off",
      "Also assumed",
    ]) {
      assert.match(documentation, new RegExp(`^### ${heading}$`, "m"));
    }
    for (const said of ["`app.notes`", "a closed list", "tenant_isolation_only", "Rows go after a year."]) {
      assert.ok(documentation.includes(said), said);
    }
    assert.ok(documentation.includes(tenant.words));
  }
});

test("a catalogue that does not answer boots nothing", async () => {
  const { checkAssumptions } = build();
  await assert.rejects(checkAssumptions({ query: () => Promise.reject(new Error("down")) }), /down/);
  await assert.rejects(checkAssumptions({ query: async () => ({ rows: [], rowCount: 0 }) }), TypeError);
});
