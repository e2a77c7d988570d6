import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { createInterface } from "node:readline";
import type { Writable } from "node:stream";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const DEADLINE = { timeout: 60_000 };

function started(t: TestContext, args: string[], settings?: string): ChildProcess {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ["pipe", "ignore", "pipe", "pipe"] });
  t.after(() => child.kill("SIGKILL"));
  (child.stdio[3] as Writable).end(settings);
  return child;
}

async function origin(child: ChildProcess): Promise<string> {
  assert.ok(child.stderr);
  for await (const line of createInterface(child.stderr)) {
    const entry = JSON.parse(line) as { msg: string; origin: string };
    if (entry.msg === "listening") return entry.origin;
  }
  throw new Error("the sandbox ended before it listened");
}

test("settings come on descriptor 3, /healthz answers, and SIGTERM ends it with 0", DEADLINE, async (t) => {
  const child = started(t, [], JSON.stringify({ port: 0 }));
  const health = await fetch(`${await origin(child)}/healthz`);
  assert.deepEqual([health.status, await health.json()], [200, { status: "ok" }]);
  child.kill("SIGTERM");
  assert.deepEqual(await once(child, "exit"), [0, null]);
});

test("it ends when its supervisor's end of stdin is gone", DEADLINE, async (t) => {
  const child = started(t, ["--port", "0"]);
  await origin(child);
  child.stdin?.end();
  assert.deepEqual(await once(child, "exit"), [0, null]);
});

for (const [why, args, settings] of [
  ["an unknown argument", ["--prot", "1"], undefined],
  ["a port that is none", ["--port", "many"], undefined],
  ["an unknown setting", [], '{"prot":1}'],
  ["no settings at all", [], ""],
] as const) {
  test(`${why} is refused with exit code 78 and a message`, DEADLINE, async (t) => {
    const child = started(t, [...args], settings);
    let said = "";
    child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(child, "close")) as [number];
    assert.equal(code, 78);
    assert.match(said, /^sandbox: \S/);
  });
}

test("a port in use is refused with exit code 78 and what to do", DEADLINE, async (t) => {
  const first = started(t, ["--port", "0"]);
  const { port } = new URL(await origin(first));
  const second = started(t, ["--port", port]);
  let said = "";
  second.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(second, "close")) as [number];
  assert.equal(code, 78);
  assert.match(said, /EADDRINUSE.*METERR_SANDBOX_PORT/);
});
