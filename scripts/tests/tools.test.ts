import assert from "node:assert/strict";
import { copyFileSync, symlinkSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { format } from "../check/format.ts";
import { lint } from "../check/lint.ts";
import type { Part } from "../check/part.ts";
import { secrets } from "../check/secrets.ts";
import { types } from "../check/types.ts";
import { plant } from "./plant.ts";

const ROOT = path.join(import.meta.dirname, "../..");
const CONFIGURATION = ["tsconfig.json", ".oxlintrc.json", ".oxfmtrc.json", ".secretlintrc.json"];

/** Judges planted files with the project's own tools and configuration. */
async function findings(part: Part, files: Readonly<Record<string, string>>): Promise<string> {
  using planted = plant({ ...files, "package.json": '{\n  "type": "module"\n}\n', "tsconfig.json": "" });
  for (const name of CONFIGURATION) copyFileSync(path.join(ROOT, name), path.join(planted.root, name));
  symlinkSync(path.join(ROOT, "node_modules"), path.join(planted.root, "node_modules"));
  const verdict = await part.run(planted.tree);
  return verdict.findings.join("\n");
}

test("sound code passes types, lint, format and the secret scan", async () => {
  const sound = { "packages/a/src/a.ts": "export const answer: number = 42;\n" };
  for (const part of [types, lint, format, secrets]) assert.equal(await findings(part, sound), "", part.name);
});

test("a type error is found", async () => {
  assert.match(
    await findings(types, { "packages/a/src/a.ts": `export const a: number = "b";\n` }),
    /a\.ts\(1,14\): error/,
  );
});

test("syntax that type stripping cannot run is found", async () => {
  assert.match(await findings(types, { "packages/a/src/a.ts": "export enum A {\n  B,\n}\n" }), /error TS1294/);
});

test("the dashboard is checked by its own configuration", async () => {
  const own = { include: ["src"], compilerOptions: { strict: true, noEmit: true, types: [] } };
  const files = {
    "apps/dashboard/tsconfig.json": JSON.stringify(own),
    "apps/dashboard/src/a.ts": `export const a: number = "b";\n`,
    "packages/a/src/a.ts": "export const a = 1;\n",
  };
  assert.match(await findings(types, files), /apps\/dashboard\/src\/a\.ts\(1,14\): error/);
});

const LINTED: readonly (readonly [what: string, rule: string, file: string, source: string])[] = [
  ["a promise left floating", "no-floating-promises", "packages/a/src/a.ts", "async function a() {}\na();\n"],
  ["a promise where none is awaited", "no-misused-promises", "packages/a/src/a.ts", "[1].forEach(async () => {});\n"],
  ["an any", "no-explicit-any", "packages/a/src/a.ts", "export const a = (b: any) => String(b);\n"],
  ["a console call in a server", "no-console", "apps/gateway/src/a.ts", `console.log("a");\n`],
  ["a console call in a package", "no-console", "packages/a/tests/a.test.ts", `console.error("a");\n`],
  ["a default export", "no-default-export", "packages/a/src/a.ts", "export default 1;\n"],
  ["text that reads backwards", "detect-bidi-characters", "packages/a/src/a.ts", 'export const a = "\u202Eb";\n'],
];
const linted = findings(lint, {
  ...Object.fromEntries(LINTED.map(([, rule, file, source]) => [file.replace("/a.", `/${rule}.`), source])),
  "apps/cli/src/spoken.ts": `console.log("the command line may write to the console");\n`,
});
for (const [what, rule, file] of LINTED) {
  test(`${what} is found`, async () => {
    const place = file.replace("/a.", `/${rule}.`);
    const lines = (await linted).split("\n").filter((line) => line.startsWith(place));
    assert.ok(
      lines.some((line) => line.includes(`(${rule})`)),
      await linted,
    );
  });
}

test("the command line may write to the console", async () => assert.ok(!(await linted).includes("spoken.ts")));

test("unformatted code is found", async () => {
  assert.match(await findings(format, { "packages/a/src/a.ts": "export  const a = 'b'\n" }), /packages\/a\/src\/a\.ts/);
});

test("a provider secret is found, and not repeated in the finding", async () => {
  // Built here, so that this file does not hold what it looks for.
  const secret = ["ghp", "wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx"].join("_");
  const found = await findings(secrets, { "docs/a.md": `token: ${secret}\n` });
  assert.match(found, /docs\/a\.md/);
  assert.ok(!found.includes(secret));
});
