import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { findHost } from "../src/host/find-host.ts";
import { planRemove } from "../src/remove/plan-remove.ts";
import { fixtureCatalogue } from "./support/fixture-modules.ts";
import { keysJson, runKeys } from "./support/run-keys.ts";
import { scratch, snapshot, write, type Cleanup } from "./support/scratch.ts";

function world(t: Cleanup, packageText = '{\n\t"name": "shop",\n\t"files": ["a", "b"]\n}\n') {
  const folder = scratch(t);
  const host = join(folder, "host");
  write(host, { "package.json": packageText, "src/server.js": "console.log(1);\n" });
  const catalogue = fixtureCatalogue(join(folder, "catalogue"), {
    things: {},
    other: { dependencies: { zod: "^4.6.7" }, manifest: { required_env: ["OTHER_SECRET"], optional_env: [] } },
  });
  return { folder, host, catalogue };
}

test("the application is left byte for byte as it was, and the down SQL is printed, newest first", async (t) => {
  const { host, catalogue } = world(t);
  write(host, { ".env.example": "OWN=1" });
  const before = await snapshot(host);
  for (const slug of ["things", "other"]) await keysJson(catalogue, ["add", slug], { cwd: host });
  const first = await keysJson(catalogue, ["remove", "things"], { cwd: host });
  assert.equal(first.code, 0);
  assert.deepEqual(first.value["dependencies"], {
    removed: { "@meterr/runtime": "^0.1.0" },
    kept: { zod: "other needs it" },
  });
  assert.deepEqual(
    (first.value["down"] as { file: string }[]).map(({ file }) => file),
    ["0002_more.down.sql", "0001_things.down.sql"],
  );
  const { out } = await runKeys(catalogue, ["remove", "other"], { cwd: host });
  assert.match(out, /The data is still there \(things\)[^]*drop table more;[^]*drop table things;/);
  assert.deepEqual(await snapshot(host), before);
  assert.equal(existsSync(join(host, "modules")), false);
});

test("files that add made, and that hold nothing else, go as well", async (t) => {
  const { host, catalogue } = world(t);
  const before = await snapshot(host);
  await keysJson(catalogue, ["add", "things"], { cwd: host });
  assert.ok(existsSync(join(host, ".env.example")));
  await keysJson(catalogue, ["remove", "things"], { cwd: host });
  assert.deepEqual(await snapshot(host), before);
});

test("edits and files of the application's own are not lost without --force", async (t) => {
  const { host, catalogue } = world(t);
  await keysJson(catalogue, ["add", "things"], { cwd: host });
  write(host, { "modules/things/esm/index.js": "mine", "modules/things/notes.md": "mine" });
  const before = await snapshot(host);
  const { code, error } = await keysJson(catalogue, ["remove", "things"], { cwd: host });
  assert.deepEqual(
    [code, error["code"], error["files"]],
    [1, "edited_files", ["modules/things/esm/index.js", "modules/things/notes.md"]],
  );
  assert.deepEqual(await snapshot(host), before);
  const forced = await keysJson(catalogue, ["remove", "things", "--force"], { cwd: host });
  assert.deepEqual([forced.code, forced.value["lost"]], [0, ["esm/index.js", "notes.md"]]);
});

test("what the application came to use itself stays: imported packages, changed ranges, edited variables", async (t) => {
  const { host, catalogue } = world(t);
  mkdirSync(join(host, "lib/modules"), { recursive: true });
  symlinkSync("lib/modules", join(host, "modules"));
  await keysJson(catalogue, ["add", "things"], { cwd: host });
  write(host, {
    "src/server.js":
      'import { z } from "zod";\nimport { createThings } from "../lib/modules/things/esm/index.js";\ncreateThings(z);\n',
    ".env.example": "# all edited\nTHING_SECRET=ask Ann\n",
  });
  const text = readFileSync(join(host, "package.json"), "utf8");
  writeFileSync(
    join(host, "package.json"),
    text.replace('"@meterr/runtime": "^0.1.0"', '"@meterr/runtime": "file:../r"'),
  );
  const { value } = await keysJson(catalogue, ["remove", "things"], { cwd: host });
  const { kept, removed } = value["dependencies"] as Record<string, Record<string, string>>;
  assert.deepEqual(removed, {});
  assert.deepEqual(Object.keys(kept ?? {}).sort(), ["@meterr/runtime", "zod"]);
  assert.deepEqual(value["unmount"], [{ file: "src/server.js", line: 2 }]);
  assert.match(readFileSync(join(host, ".env.example"), "utf8"), /ask Ann/);
});

test("killed after any of its steps, the command run again arrives where it would have", async (t) => {
  const { folder, host, catalogue } = world(t);
  const before = await snapshot(host);
  await keysJson(catalogue, ["add", "things"], { cwd: host });
  for (let killedAfter = 1, more = true; more; killedAfter++) {
    const victim = join(folder, `victim-${killedAfter}`);
    execFileSync("cp", ["-r", host, victim]);
    const { steps } = await planRemove(findHost(victim, undefined), "things", false);
    assert.ok(steps.length >= 5, "there are steps to be killed after");
    for (const step of steps.slice(0, killedAfter)) await step.run();
    more = killedAfter < steps.length;
    const { code, error } = await keysJson(catalogue, ["remove", "things"], { cwd: victim });
    if (more) assert.equal(code, 0, `after ${killedAfter}`);
    else assert.equal(error["code"], "not_installed");
    assert.deepEqual(await snapshot(victim), before, `after ${killedAfter}`);
  }
});
