import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { suite, test } from "node:test";
import { RLS_RULES } from "../../src/rules/rls/rls-rules.ts";
import type { RawSqlFinding } from "../../src/sql/finding.ts";
import { judgeMigrations } from "../../src/sql/judge-migrations.ts";
import { readCases } from "../cases/read-cases.ts";

const said = (findings: readonly RawSqlFinding[]): string[] =>
  findings.map(({ rule, path, message }) => `${rule.id} ${path}: ${message}`);

for (const rule of RLS_RULES) {
  suite(rule.id, () => {
    for (const [index, example] of rule.bad.entries()) {
      test(`its bad example ${index + 1} is found, by this rule alone`, () => {
        const found = judgeMigrations([{ path: example.path, text: example.code }], { supabase: false });
        assert.deepEqual([...new Set(found.map((one) => one.rule.id))], [rule.id], said(found).join("\n"));
        for (const { start, end } of found) assert.ok(start >= 0 && start < end && end <= example.code.length);
      });
    }
    for (const [index, example] of rule.good.entries()) {
      test(`its good example ${index + 1} gives nothing`, () => {
        assert.deepEqual(said(judgeMigrations([{ path: example.path, text: example.code }], { supabase: false })), []);
      });
    }
  });
}

suite("cases", () => {
  const cases = readCases().filter(
    ({ name, trees }) =>
      name.startsWith("rls/") && trees.every(({ files }) => files.some((file) => file.path.endsWith(".sql"))),
  );
  assert.ok(cases.length >= 9);
  for (const { name, trees } of cases) {
    for (const { section, files, expected } of trees) {
      test(`${name}: ${section === "Vulnerable" ? "what is wrong is found where it stands" : `${section.toLowerCase()} gives nothing`}`, () => {
        const found = judgeMigrations(files, { supabase: false });
        if (section !== "Vulnerable") assert.deepEqual(said(found), []);
        for (const { path, line } of expected) {
          const lines = found
            .filter((one) => one.path === path)
            .map(({ start, end }) => {
              const text = files.find((file) => file.path === path)?.text ?? "";
              return [text.slice(0, start).split("\n").length, text.slice(0, end).split("\n").length] as const;
            });
          assert.ok(
            lines.some(([first, last]) => first <= line && line <= last),
            `line ${line}: ${said(found).join("\n")}`,
          );
        }
      });
    }
  }
});

test("our own migrations give nothing", () => {
  const root = path.join(import.meta.dirname, "../../../..");
  const files = ["packages", "modules"].flatMap((room) =>
    readdirSync(path.join(root, room)).flatMap((name) => {
      const folder = path.join(root, room, name, "migrations");
      try {
        return readdirSync(folder, { recursive: true, encoding: "utf8" })
          .filter((file) => file.endsWith(".sql"))
          .map((file) => ({
            path: `${room}/${name}/migrations/${file}`,
            text: readFileSync(path.join(folder, file), "utf8"),
          }));
      } catch {
        return [];
      }
    }),
  );
  assert.ok(files.length > 10);
  assert.deepEqual(said(judgeMigrations(files, { supabase: false })), []);
});
