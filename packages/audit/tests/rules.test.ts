import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { RULES } from "../src/rules/catalogue.ts";
import { REQUIREMENTS, type Example } from "../src/rules/rule.ts";
import { auditFiles } from "./support/audit-files.ts";

/** Examples the engine does not judge rightly yet (`rule kind index`), and why; whatever it has learnt since comes off. */
const NOT_YET: Readonly<Record<string, string>> = {
  "secrets/log-secret good 2": "the first characters of a column are taken for the whole of it",
};

/** Shapes of credentials as issuers document them; scanners of repositories look for these. */
const CREDENTIALS = [
  /\b[rsp]k_(?:live|test)_\w{8,}/,
  /\bsk-[\w-]{16,}/,
  /\bwhsec_\S{8,}/,
  /\bgh[pousr]_\w{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}|\bnpm_\w{20,}/,
  /\bxox[abprs]-[\w-]{8,}/,
  /\bA(?:KIA|SIA)[A-Z0-9]{16}\b|\bAIza[\w-]{30,}/,
  /\bSG\.[\w-]{10,}\.[\w-]{10,}/,
  /\beyJ[\w-]{10,}\.[\w-]{10,}/,
  /BEGIN [A-Z ]*PRIVATE KEY/,
  /:\/\/[^\s:/@`"]+:[^\s@/`"$]+@/,
  /\b[A-Fa-f0-9]{32,}\b/,
];

for (const rule of RULES) {
  test(`${rule.id}: every bad example is found, and every good one gives no finding of any rule`, () => {
    const wrong: string[] = [];
    for (const kind of ["bad", "good"] as const) {
      for (const [index, example] of rule[kind].entries()) {
        const name = `${rule.id} ${kind} ${index}`;
        const found = rulesIn(example, name);
        const right = kind === "bad" ? found.includes(rule.id) : found.length === 0;
        if (Object.hasOwn(NOT_YET, name) === right)
          wrong.push(right ? `${name} is right by now: take it off` : `${name} gives [${found.join(", ")}]`);
      }
    }
    assert.deepEqual(wrong, []);
  });
}

function rulesIn({ path: file, code }: Example, name: string): string[] {
  const { findings, diagnostics } = auditFiles([{ path: file, text: code }]);
  assert.deepEqual(diagnostics, [], `${name} is read as it is meant`);
  return findings.map(({ rule }) => rule);
}

test("every file of a rule is in the catalogue under the id its path says, in the order of ids", () => {
  const folder = path.join(import.meta.dirname, "../src/rules");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.includes(path.sep) && file.endsWith(".ts") && !file.endsWith("-rules.ts"))
    .map((file) => file.slice(0, -".ts".length).replaceAll(path.sep, "/"));
  assert.deepEqual(
    RULES.map(({ id }) => id),
    files.toSorted((one, other) => (one < other ? -1 : 1)),
  );
});

test("every rule says its requirement, a weakness, what is wrong, how to mend it, and shows both", () => {
  const groups: readonly string[] = REQUIREMENTS;
  for (const { id, title, explanation, cwe, fix, bad, good } of RULES) {
    const [group = "", name = "", ...rest] = id.split("/");
    assert.ok(groups.includes(group) && /^[a-z][a-z-]*[a-z]$/.test(name) && rest.length === 0, id);
    assert.ok(
      cwe.length > 0 && cwe.every((number) => Number.isInteger(number) && number > 0),
      `${id} names no weakness`,
    );
    assert.equal(new Set(cwe).size, cwe.length, `${id} names a weakness twice`);
    assert.ok(title.trim() === title && title.length > 10 && !/[.\n]$/.test(title), `${id} has no title`);
    assert.ok(explanation.length > 100, `${id} does not explain itself`);
    assert.ok(fix.trim().length > 30, `${id} does not say how to mend it`);
    assert.ok(bad.length > 0 && good.length > 0, `${id} lacks an example`);
  }
});

test("every secrets rule begins with the word its kind is reported under", () => {
  const names = RULES.filter(({ id }) => id.startsWith("secrets/")).map(({ id }) => id);
  for (const id of names) assert.match(id, /^secrets\/(?:log|return|client|url|hardcoded)/);
});

test("no example holds a text that looks like a credential", () => {
  for (const { id, bad, good } of RULES) {
    for (const { code } of [...bad, ...good]) {
      for (const shape of CREDENTIALS) assert.doesNotMatch(code, shape, id);
    }
  }
});

test("every example that is not judged rightly yet is one, and says why", () => {
  for (const [name, why] of Object.entries(NOT_YET)) {
    const [id, kind, index] = name.split(" ");
    assert.ok(kind === "bad" || kind === "good", name);
    assert.ok(RULES.find((rule) => rule.id === id)?.[kind][Number(index)] !== undefined, `${name} is no example`);
    assert.ok(why.length > 20, `${name} says no reason`);
  }
});
