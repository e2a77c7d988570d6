import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { eventually } from "./support/stub-installation.ts";
import { machine } from "./support/up-process.ts";
import { scratch } from "./support/scratch.ts";

const skip =
  process.getuid?.() === 0
    ? false
    : "needs root, to become another user; as an ordinary user every other test of up covers it";
const somebody = { uid: 65_534, gid: 65_534 };

test("an ordinary user starts everything in a home only they can enter", { skip }, async (t) => {
  const { meterr, home, root, env } = await machine(t);
  for (const folder of [root, dirname(home)]) {
    chmodSync(folder, 0o755);
    chownSync(folder, somebody.uid, somebody.gid);
  }
  const up = meterr.as(somebody, "up");
  await up.ready();
  assert.equal(statSync(home).uid, somebody.uid);
  assert.equal(statSync(home).mode & 0o777, 0o700);
  up.process.kill("SIGTERM");
  assert.equal(await up.ended(), 0);
  await eventually(() => up.output().includes("Stopped."), "the last line");
  assert.ok(env["METERR_HOME"] === home);
});

test("a folder this user may not write to is refused with what to do, and nothing is left there", { skip }, (t) => {
  const folder = scratch(t);
  chmodSync(folder, 0o755);
  const home = join(folder, "home");
  const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
  const ran = spawnSync(process.execPath, [main, "up"], {
    ...somebody,
    env: { METERR_HOME: home },
    encoding: "utf8",
    timeout: 60_000,
  });
  assert.equal(ran.status, 78, ran.stderr);
  assert.match(ran.stderr, /cannot be written by this user/);
  assert.match(ran.stderr, /METERR_HOME/);
  assert.ok(!existsSync(home));
});
