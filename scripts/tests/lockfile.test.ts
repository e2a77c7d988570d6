import assert from "node:assert/strict";
import test from "node:test";
import { lockfile } from "../check/lockfile.ts";
import { plant } from "./plant.ts";

const sound = {
  "": { dependencies: { a: "1.0.0" } },
  "node_modules/a": { version: "1.0.0", integrity: "sha512-x", dependencies: { b: "1" } },
  "node_modules/b": { version: "1.0.0", integrity: "sha512-y" },
};

async function findings(packages: object, manifest: object = { dependencies: { a: "1.0.0" } }) {
  using planted = plant({
    "package.json": JSON.stringify(manifest),
    "package-lock.json": JSON.stringify({ packages }),
  });
  return (await lockfile.run(planted.tree)).findings;
}

test("a sound lockfile passes", async () => {
  assert.deepEqual(await findings(sound), []);
});

test("an edge that resolves to nothing is found", async () => {
  const { "node_modules/b": _, ...broken } = sound;
  assert.match((await findings(broken)).join(), /"node_modules\/a" needs b/);
});

test("a registry's address is found", async () => {
  const addressed = {
    ...sound,
    "node_modules/b": { integrity: "sha512-y", resolved: "https://registry.example/b.tgz" },
  };
  assert.match((await findings(addressed)).join(), /names where it was downloaded from/);
});

test("a package without an integrity hash is found", async () => {
  assert.match((await findings({ ...sound, "node_modules/b": {} })).join(), /no integrity hash/);
});

test("a platform binary dropped from the lockfile is found although it is optional", async () => {
  const dropped = { ...sound, "": { ...sound[""], optionalDependencies: { "node-x": "1" } } };
  assert.match((await findings(dropped)).join(), /"the root" needs node-x/);
});

test("a dependency written in package.json alone is found", async () => {
  const manifest = { dependencies: { a: "1.0.0", c: "2.0.0" } };
  assert.match((await findings(sound, manifest)).join(), /c 2\.0\.0 is not what package-lock\.json holds/);
});
