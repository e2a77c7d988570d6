import assert from "node:assert/strict";
import { cpSync, existsSync, lstatSync, mkdirSync, readFileSync, realpathSync, symlinkSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { test } from "node:test";
import { specifiersOf } from "../src/catalogue/rewrite-specifiers.ts";
import { filesBelow } from "../src/files/files-below.ts";
import { ROOT, runProgram } from "./support/run-keys.ts";
import { scratch, write } from "./support/scratch.ts";

const APP = join(ROOT, "apps/keys-cli");

/** Bytes of an installation: the promise is 15 MB, counted as files hold them. */
const MOST_BYTES = 15_000_000;

interface PackageJson {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** What npm would install for a package: its dependencies and theirs, optional ones where this platform has them. */
function closure(names: readonly string[], seen = new Set<string>()): Set<string> {
  for (const name of names) {
    const file = join(ROOT, "node_modules", name, "package.json");
    if (seen.has(name) || !existsSync(file)) continue;
    seen.add(name);
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(readFileSync(file, "utf8")) as PackageJson;
    closure([...Object.keys(dependencies), ...Object.keys(optionalDependencies)], seen);
  }
  return seen;
}

async function bytesBelow(folder: string): Promise<number> {
  const found = await filesBelow(folder);
  return found.reduce((sum, { path }) => sum + lstatSync(join(folder, path)).size, 0);
}

/** Node 22, 24 and 26, as far as they are here: this one, and those METERR_TEST_NODES names. */
const NODES = [
  process.execPath,
  ...(process.env["METERR_TEST_NODES"] ?? "").split(delimiter).filter((file) => file !== ""),
];

test("the published package works alone, offline, within its size, and is told apart from this repository", async (t) => {
  const folder = scratch(t);
  const installed = join(folder, "host/node_modules/@meterr/keys");
  mkdirSync(installed, { recursive: true });
  for (const name of ["package.json", "templates"]) cpSync(join(APP, name), join(installed, name), { recursive: true });
  const filled = await runProgram(join(APP, "src/pack/main.ts"), [installed], { cwd: folder });
  assert.deepEqual([filled.code, filled.err], [0, ""]);

  for (const page of ["README.md", "docs/keys.md", "docs/audit.md"]) {
    const text = readFileSync(join(installed, page), "utf8");
    for (const [, target = ""] of text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
      const leads = target.startsWith("https:") || existsSync(join(installed, dirname(page), target));
      assert.ok(leads, `${page} leads to ${target}`);
    }
  }

  const { dependencies = {} } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as PackageJson;
  assert.ok(["@clack/prompts", "commander", "oxc-parser", "zod"].every((name) => name in dependencies));
  assert.deepEqual(
    Object.keys(dependencies).filter((name) => name.startsWith("@meterr/")),
    [],
  );
  for (const { path } of await filesBelow(join(installed, "dist"))) {
    const text = readFileSync(join(installed, "dist", path), "utf8");
    const ours = specifiersOf(path, text).filter(({ value }) => value.startsWith("@meterr/"));
    assert.deepEqual(ours, [], path);
    assert.equal(text.includes(ROOT), false, path);
  }
  const needed = [...closure(Object.keys(dependencies))];
  const sizes = await Promise.all(
    [installed, ...needed.map((name) => join(ROOT, "node_modules", name))].map(bytesBelow),
  );
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  assert.ok(bytes <= MOST_BYTES, `${bytes} bytes are installed`);

  for (const name of needed) {
    const to = join(folder, "host/node_modules", name);
    mkdirSync(dirname(to), { recursive: true });
    symlinkSync(realpathSync(join(ROOT, "node_modules", name)), to);
  }
  write(join(folder, "host"), { "package.json": { name: "shop", dependencies: { hono: "4.13.19" } } });
  for (const node of NODES) {
    const keys = (...args: string[]) =>
      runProgram(join(installed, "bin/keys.mjs"), args, { cwd: join(folder, "host"), node });
    const listed = await keys("list", "--json");
    assert.equal(listed.code, 0, listed.err);
    assert.ok((JSON.parse(listed.out) as { modules: unknown[] }).modules.length > 0);
    const added = await keys("add", "audit-log");
    assert.equal(added.code, 0, added.err);
    assert.match(added.out, /Added audit-log[^]*honoHandler/);
    assert.equal((await keys("verify")).code, 1);
    assert.equal((await keys("new", "mine", "--type", "data")).code, node === process.execPath ? 0 : 1);
    const removed = await keys("remove", "audit-log");
    assert.equal(removed.code, 0, removed.err);
  }
});
