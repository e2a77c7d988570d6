import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "../src/syntax/parse.ts";
import { withoutComments } from "../src/syntax/without-comments.ts";
import { readCases } from "./cases/read-cases.ts";
import { auditFiles } from "./support/audit-files.ts";

const SAID =
  "/* only the owner (session.user, req.user.tenantId) or an admin gets here: requireRole, verify the signature, public */ ";

test("comments are blanks of the same length, line by line, and texts that look like comments stay", () => {
  const text = 'const a = "// no"; // yes\n/* one\ntwo */ const b = `/* no */ ${a /* yes */}`;\n';
  const code = withoutComments(text, parse("a.ts", text).comments);
  assert.equal(code, 'const a = "// no";       \n      \n       const b = `/* no */ ${a          }`;\n');
  assert.equal(code.length, text.length);
});

test("what comments say changes no finding", () => {
  const cases = readCases().filter((_, at) => at % 9 === 0);
  assert.ok(cases.length > 50);
  for (const { name, trees } of cases)
    for (const { section, files } of trees) {
      const commented = files.map(({ path, text }) => ({
        path,
        text: /\.[cm]?[jt]sx?$/.test(path)
          ? text.replace(/^( *)(?=(?:await|const|if|return|throw)\b)/gm, `$1${SAID}`)
          : text,
      }));
      const rules = (given: typeof files): string[] =>
        auditFiles(given).findings.map((one) => `${one.rule}:${one.location.line}`);
      assert.deepEqual(rules(commented), rules(files), `${name} ${section}`);
    }
});
