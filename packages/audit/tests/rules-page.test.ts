import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { REQUIREMENTS, RULES, rulesPage } from "../src/index.ts";
import { LEAKED, UNSCOPED } from "./support/report-fixture.ts";

test("docs/rules.md is what the rules say (node scripts/rules-page.ts writes it)", () => {
  const page = readFileSync(new URL("../../../docs/rules.md", import.meta.url), "utf8");
  assert.equal(page, rulesPage(RULES));
});

test("every rule is on the page, with an anchor that the table leads to", () => {
  const page = rulesPage(RULES);
  for (const { id } of RULES) {
    assert.ok(page.includes(`\n### ${id}\n`), id);
    assert.ok(page.includes(`[\`${id}\`](#${id.replace("/", "")})`), id);
  }
});

test("the manual names no rule there is not", () => {
  const manual = readFileSync(new URL("../../../docs/audit.md", import.meta.url), "utf8");
  const named = manual.match(new RegExp(`\\b(?:${REQUIREMENTS.join("|")})/[a-z][a-z0-9-]*`, "g")) ?? [];
  assert.ok(named.length > 0);
  for (const id of named)
    assert.ok(
      RULES.some((rule) => rule.id === id),
      id,
    );
});

test("every rule belongs to a requirement, and no two have one id", () => {
  for (const { id } of RULES)
    assert.ok(
      REQUIREMENTS.some((group) => id.startsWith(`${group}/`)),
      id,
    );
  assert.equal(new Set(RULES.map(({ id }) => id)).size, RULES.length);
});

test("a rule's section holds what is wrong, how to mend it and both kinds of examples", () => {
  const page = rulesPage([UNSCOPED, LEAKED]);
  for (const part of [
    UNSCOPED.explanation,
    UNSCOPED.fix,
    "#### Wrong",
    "#### Right",
    "[CWE-639](https://cwe.mitre.org/data/definitions/639.html)",
  ]) {
    assert.ok(page.includes(part), part);
  }
  assert.ok(page.indexOf("## tenant") < page.indexOf("## errors"));
});
