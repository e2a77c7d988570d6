import assert from "node:assert/strict";
import test from "node:test";
import { cycles } from "../check/cycles.ts";
import { exportsMaps } from "../check/exports.ts";
import type { Part } from "../check/part.ts";
import { readmes } from "../check/readmes.ts";
import { reveal } from "../check/reveal.ts";
import { size } from "../check/size.ts";
import { plant } from "./plant.ts";

async function findings(part: Part, files: Readonly<Record<string, string>>) {
  using planted = plant(files);
  return (await part.run(planted.tree)).findings;
}

test("a circle of three files is found, and named in order", async () => {
  const found = await findings(cycles, {
    "a.ts": `import "./b.ts";`,
    "b.ts": `import type { C } from "./c.ts";`,
    "c.ts": `export { a } from "./a.ts";`,
    "d.ts": `import "./a.ts";`,
  });
  assert.deepEqual(found, ["import cycle: a.ts → b.ts → c.ts → a.ts"]);
});

test("two files that import a third are no circle", async () => {
  const files = { "a.ts": `import "./b.ts"; import "./c.ts";`, "b.ts": `import "./c.ts";`, "c.ts": "" };
  assert.deepEqual(await findings(cycles, files), []);
});

const room = (manifest: object) => ({ "packages/a/package.json": JSON.stringify(manifest), "packages/a/src/a.ts": "" });

test("an exports map that points to nothing is found", async () => {
  const found = await findings(exportsMaps, room({ name: "@meterr/a", exports: { ".": "./src/index.ts" } }));
  assert.match(found.join(), /"\." points to \.\/src\/index\.ts, which does not exist/);
});

test("a room whose every file is open is found", async () => {
  assert.match((await findings(exportsMaps, room({ name: "@meterr/a" }))).join(), /no exports map/);
  const wild = await findings(exportsMaps, room({ name: "@meterr/a", exports: { "./*": "./src/*.ts" } }));
  assert.match(wild.join(), /opens a whole folder/);
});

test("export * is found, a named namespace is not mistaken for closed", async () => {
  const found = await findings(exportsMaps, { "a.ts": `export * from "./b.ts";`, "b.ts": "" });
  assert.match(found.join(), /a\.ts:1: name what is exported/);
});

test("a room without its page is found, and so is a page without a heading", async () => {
  const bare = room({ name: "@meterr/a" });
  assert.deepEqual(await findings(readmes, bare), ["packages/a/README.md is missing"]);
  const headings = ["Purpose", "May import", "Must not import", "Secrets it sees", "Invariants", "First file to read"];
  const page = headings.map((heading) => `## ${heading}\n`).join("");
  const partial = await findings(readmes, { ...bare, "packages/a/README.md": page });
  assert.deepEqual(partial, ['packages/a/README.md lacks the heading "how to test"']);
});

test("a file of 401 lines is found, one of 400 is not", async () => {
  assert.deepEqual(await findings(size, { "a.ts": "x;\n".repeat(400) }), []);
  assert.match((await findings(size, { "a.ts": "x;\n".repeat(401) })).join(), /a\.ts: 401 lines/);
});

const list = (reasons: object) => ({ "scripts/check/reveal.json": JSON.stringify(reasons) });

test("revealing a secret in a file that is not listed is found", async () => {
  const found = await findings(reveal, { "a.ts": "send(secret.reveal())", ...list({}) });
  assert.match(found.join(), /a\.ts:1: reveals a secret/);
  const passedOn = await findings(reveal, { "a.ts": `const open = secret["reveal"];`, ...list({ "a.ts": " " }) });
  assert.match(passedOn.join(), /a\.ts:1: reveals a secret/);
});

test("a listed file may reveal; a listed file that no longer does must leave the list", async () => {
  assert.deepEqual(
    await findings(reveal, { "a.ts": "secret.reveal()", ...list({ "a.ts": "the upstream header" }) }),
    [],
  );
  const stale = await findings(reveal, { "a.ts": "", ...list({ "a.ts": "the upstream header" }) });
  assert.match(stale.join(), /a\.ts no longer reveals/);
});
