import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { runProgram } from "./support/run-keys.ts";
import { scratch } from "./support/scratch.ts";

const PROCESS = fileURLToPath(new URL("support/audit-process.ts", import.meta.url));
const MANY = 20_000;
const DEADLINE_MS = 60_000;

test("a report of many megabytes arrives whole through a pipe", async (t) => {
  const cwd = scratch(t);
  for (const format of ["sarif", "json"]) {
    const { code, out } = await runProgram(PROCESS, [String(MANY), "--format", format, "--quiet"], { cwd });
    assert.equal(code, 1);
    assert.ok(out.length > 5_000_000);
    const value = JSON.parse(out) as { findings?: unknown[]; runs?: { results: unknown[] }[] };
    assert.equal((value.findings ?? value.runs?.[0]?.results)?.length, MANY);
  }
});

test("a reader that goes away ends the report quietly, and the exit code still says what was found", async (t) => {
  const cwd = scratch(t);
  for (const format of ["sarif", "terminal"]) {
    const child = spawn(process.execPath, [PROCESS, String(MANY), "--format", format], {
      cwd,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: DEADLINE_MS,
    });
    const closed = once(child, "close");
    let err = "";
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString("utf8")));
    await once(child.stdout, "data");
    child.stdout.destroy();
    const [code] = (await closed) as [number | null];
    assert.equal(code, 1);
    assert.doesNotMatch(err, /EPIPE|Error|at /);
  }
});

test("a reader that takes nothing of stdout and stderr breaks nothing either", async (t) => {
  const child = spawn(process.execPath, [PROCESS, "3", "--format", "json"], {
    cwd: scratch(t),
    stdio: ["ignore", "pipe", "pipe"],
    timeout: DEADLINE_MS,
  });
  child.stdout.destroy();
  child.stderr.destroy();
  const [code] = (await once(child, "close")) as [number | null];
  assert.equal(code, 1);
});
