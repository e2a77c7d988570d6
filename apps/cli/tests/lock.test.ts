import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { CliError } from "../src/errors.ts";
import { lockHolder, takeHomeLock } from "../src/home/lock.ts";
import { identify } from "../src/home/process-identity.ts";
import { scratch } from "./support/scratch.ts";

const alreadyRunning = (error: unknown) =>
  error instanceof CliError && error.code === "already_running" && error.exitCode === 1;

test("a home held by a living process is refused, and free again once that process has ended", async (t) => {
  const path = join(scratch(t), "lock");
  const other = spawn(process.execPath, ["-e", "process.stdin.resume()"], { stdio: ["pipe", "ignore", "ignore"] });
  t.after(() => other.kill("SIGKILL"));
  await once(other, "spawn");
  writeFileSync(path, JSON.stringify(await identify(other.pid ?? 0)));
  assert.equal(await lockHolder(path), other.pid);
  await assert.rejects(takeHomeLock(path, "/home"), alreadyRunning);
  other.kill("SIGKILL");
  await once(other, "exit");
  const lock = await takeHomeLock(path, "/home");
  assert.equal(lock.tookOver, true);
  await lock.release();
  assert.ok(!existsSync(path));
});

test(
  "a process number that now belongs to another process holds nothing",
  { skip: process.platform === "win32" },
  async (t) => {
    const path = join(scratch(t), "lock");
    writeFileSync(path, JSON.stringify({ pid: process.ppid, began: "another time" }));
    assert.equal(await lockHolder(path), undefined);
    assert.equal((await takeHomeLock(path, "/home")).tookOver, true);
  },
);

test("a half-written lock is taken over", async (t) => {
  const path = join(scratch(t), "lock");
  writeFileSync(path, '{"pid":');
  assert.equal((await takeHomeLock(path, "/home")).tookOver, true);
});

test("releasing leaves a lock alone that has meanwhile become another's, and nothing else behind", async (t) => {
  const folder = scratch(t);
  const path = join(folder, "lock");
  const lock = await takeHomeLock(path, "/home");
  writeFileSync(path, JSON.stringify({ pid: 1, began: null }));
  await lock.release();
  assert.deepEqual(readdirSync(folder), ["lock"]);
});
