import assert from "node:assert/strict";
import { existsSync, globSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import { differences, folderHashes } from "../hosts/folder-hashes.ts";
import { HOSTS } from "../hosts/hosts.ts";
import { Stranger } from "../hosts/stranger.ts";

const ROOT = path.join(import.meta.dirname, "../..");

/** A folder that is gone afterwards. */
function scratch() {
  const folder = mkdtempSync(path.join(tmpdir(), "hosts-"));
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

test("every application of examples/ is tried, by a test that is there", () => {
  const found = globSync("examples/*/package.json", { cwd: ROOT }).map((file) => file.split(path.sep)[1]);
  assert.deepEqual(HOSTS.map(({ name }) => name).toSorted(), found.filter((name) => name !== undefined).toSorted());
  for (const { test } of HOSTS) assert.equal(existsSync(path.join(ROOT, test)), true, test);
});

test("a file that was left behind, is missing or has changed is named", async () => {
  using one = scratch();
  using other = scratch();
  for (const name of ["same", "changed", "missing"]) writeFileSync(path.join(one.folder, name), "1");
  for (const [name, text] of [
    ["same", "1"],
    ["changed", "2"],
    [".left", "1"],
    ["built", "1"],
  ] as const) {
    writeFileSync(path.join(other.folder, name), text);
  }
  const [before, after] = [await folderHashes(one.folder, ["built"]), await folderHashes(other.folder, ["built"])];
  assert.deepEqual(differences(before, after), [".left was left behind", "changed has changed", "missing is missing"]);
  assert.deepEqual(differences(before, before), []);
});

for (const host of HOSTS) {
  test(`${host.name} begins without a word of its modules, and mounting and unmounting leaves it so`, async () => {
    using to = scratch();
    const stranger = new Stranger(path.join(ROOT, "examples", host.name), to.folder, host);
    await stranger.begin();
    const before = await folderHashes(to.folder, host.built);
    assert.equal(
      [...before.keys()].some((file) => host.mounts.some((mount) => file.startsWith(`${mount}/`))),
      false,
    );
    await stranger.mount();
    assert.notDeepEqual(await folderHashes(to.folder, host.built), before);
    await stranger.unmount();
    assert.deepEqual(differences(before, await folderHashes(to.folder, host.built)), []);
  });
}
