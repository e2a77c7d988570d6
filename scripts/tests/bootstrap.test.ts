import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { plant } from "./plant.ts";

/** Stands in for npm: counts its calls, and installs a Node of which only the name matters. */
const FAKE_NPM = `#!/bin/sh
echo "$@" >> calls.txt
case ":$PATH:" in *"node_modules/.bin"*) exit 9;; esac
sleep 0.3
mkdir -p node_modules/.bin && touch node_modules/.bin/node
exit "$(cat npm-exit.txt)"
`;

function project() {
  const planted = plant({ "package-lock.json": "{}", "npm-exit.txt": "0", "calls.txt": "", "bin/npm": FAKE_NPM });
  chmodSync(path.join(planted.root, "bin/npm"), 0o755);
  mkdirSync(path.join(planted.root, "scripts"));
  copyFileSync(path.join(import.meta.dirname, "../bootstrap.mjs"), path.join(planted.root, "scripts/bootstrap.mjs"));
  const file = (name: string): string => path.join(planted.root, name);
  return {
    file,
    calls: (): number => readFileSync(file("calls.txt"), "utf8").split("\n").length - 1,
    async bootstrap(): Promise<{ code: number; said: string; printed: string }> {
      const search = [file("node_modules/.bin"), file("bin"), "/usr/bin", "/bin"].join(path.delimiter);
      const child = spawn(process.execPath, [file("scripts/bootstrap.mjs")], {
        cwd: planted.root,
        env: { PATH: search },
        stdio: ["ignore", "pipe", "pipe"],
        timeout: 30_000,
      });
      const [said, printed, [code]] = await Promise.all([text(child.stderr), text(child.stdout), once(child, "exit")]);
      return { code: code as number, said, printed };
    },
    [Symbol.dispose]: planted[Symbol.dispose],
  };
}

test("it installs once, without the Node it is about to replace, and then stays silent", async () => {
  using here = project();
  const first = await here.bootstrap();
  assert.equal(first.code, 0, first.said);
  assert.match(first.said, /installing dependencies/);
  assert.equal(readFileSync(here.file("calls.txt"), "utf8"), "ci --no-audit --no-fund --loglevel=error\n");
  assert.deepEqual(await here.bootstrap(), { code: 0, said: "", printed: "" });
  assert.equal(here.calls(), 1);
});

test("it installs again when the lockfile changed, the Node is gone, or the stamp is missing", async () => {
  using here = project();
  await here.bootstrap();
  writeFileSync(here.file("package-lock.json"), "{ }");
  await here.bootstrap();
  rmSync(here.file("node_modules/.bin/node"));
  await here.bootstrap();
  rmSync(here.file("node_modules/.meterr-stamp"));
  await here.bootstrap();
  assert.equal(here.calls(), 4);
});

test("three at once install once", async () => {
  using here = project();
  const all = await Promise.all([here.bootstrap(), here.bootstrap(), here.bootstrap()]);
  assert.deepEqual(
    all.map(({ code }) => code),
    [0, 0, 0],
  );
  assert.equal(here.calls(), 1);
  assert.ok(!existsSync(here.file(".bootstrap.lock")));
});

test("a failed installation fails, says so, and is tried again next time", async () => {
  using here = project();
  writeFileSync(here.file("npm-exit.txt"), "1");
  const failed = await here.bootstrap();
  assert.equal(failed.code, 1);
  assert.match(failed.said, /npm ci ended with code 1/);
  writeFileSync(here.file("npm-exit.txt"), "0");
  assert.equal((await here.bootstrap()).code, 0);
});

test("the lock of a process that was killed is taken over", async () => {
  using here = project();
  const killed = spawn(process.execPath, ["--eval", ""]);
  await once(killed, "exit");
  writeFileSync(here.file(".bootstrap.lock"), String(killed.pid));
  assert.equal((await here.bootstrap()).code, 0);
  assert.equal(here.calls(), 1);
});
