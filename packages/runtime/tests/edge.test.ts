import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

test("the whole core runs in an edge runtime: nothing of Node is imported or in reach", async () => {
  const file = (name: string): string => path.join(import.meta.dirname, "edge", name);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--experimental-vm-modules", "--no-warnings", file("run-in-edge.ts"), file("route-in-edge.ts")],
    { timeout: 60_000 },
  );
  const { result, modules } = JSON.parse(stdout) as { result: unknown; modules: number };
  assert.deepEqual(result, {
    globals: true,
    answers: [
      "201 203.0.113.9",
      "201 203.0.113.9",
      "201 203.0.113.9",
      "401 credential_required",
      "401 credential_invalid",
      "403 cross_origin_refused",
      "403 tenant_forbidden",
      "400 invalid_input",
      "429 rate_limited",
    ],
    reports: [],
  });
  // index.ts is the door to all of the core; fewer would mean that the edge saw another one.
  assert.ok(modules > 100, String(modules));
});
