import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { freePorts } from "@meterr/database/testing";
import { checkNode, checkPlatform } from "../src/doctor/check-machine.ts";
import { examine } from "../src/doctor/examine.ts";
import { homePaths } from "../src/home/paths.ts";
import { runCommand } from "./support/run-command.ts";
import { scratch } from "./support/scratch.ts";

async function surroundings(home: string) {
  const [gateway, dashboard, sandbox] = await freePorts(3);
  const env = {
    METERR_HOME: home,
    METERR_GATEWAY_PORT: `${gateway}`,
    METERR_DASHBOARD_PORT: `${dashboard}`,
    METERR_SANDBOX_PORT: `${sandbox}`,
  };
  return {
    env,
    uid: process.getuid?.(),
    platform: process.platform,
    userHome: "/home/ann",
    checkout: "/home/ann/meterr",
  };
}

test("before the first start everything is well and nothing is made", async (t) => {
  const home = join(scratch(t), "home");
  const findings = await examine({ surroundings: await surroundings(home) });
  assert.deepEqual(
    findings.filter(({ status }) => status === "problem"),
    [],
  );
  assert.deepEqual(
    findings.map(({ check }) => check),
    [
      ["node", "platform", "settings", "users", "writable", "home", "kek", "keystore"],
      ["database", "isolation", "instance", "clock"],
      ["gateway", "dashboard", "sandbox", "key service", "build", "disk"],
    ].flat(),
  );
});

test("a started home with wide permissions, no KEK and no keystore: each is named with its mend", async (t) => {
  const home = join(scratch(t), "home");
  const paths = homePaths(home);
  mkdirSync(paths.secrets, { recursive: true, mode: 0o700 });
  writeFileSync(paths.marker, JSON.stringify({ instance_id: "00000000-0000-4000-8000-000000000000" }), { mode: 0o600 });
  writeFileSync(paths.authSecret, randomBytes(32).toString("hex"), { mode: 0o600 });
  chmodSync(paths.authSecret, 0o644);
  const problems = (await examine({ surroundings: await surroundings(home) })).filter(
    ({ status }) => status === "problem",
  );
  const mends = Object.fromEntries(problems.map(({ check, mend }) => [check, mend ?? ""]));
  assert.deepEqual(Object.keys(mends), ["home", "kek", "keystore"]);
  assert.match(mends["home"] ?? "", new RegExp(`chmod 600 ${paths.authSecret}`));
  assert.match(mends["kek"] ?? "", /[Rr]estore/);
  assert.match(mends["keystore"] ?? "", /Restore/);
});

test("wrong settings are one finding that lists them, as JSON too, and the exit code is 1", async () => {
  const ran = await runCommand(["doctor", "--json"], { env: { METERR_GATEWAY_PORT: "x", METERR_LOG_LEVEL: "loud" } });
  assert.equal(ran.code, 1);
  const { ok, checks } = JSON.parse(ran.out) as { ok: boolean; checks: { check: string; detail: string }[] };
  assert.equal(ok, false);
  const found = checks.find(({ check }) => check === "settings");
  assert.match(found?.detail ?? "", /METERR_GATEWAY_PORT[\s\S]*METERR_LOG_LEVEL/);
});

test("an older Node and a platform without an embedded database are problems", () => {
  assert.equal(checkNode("v20.20.2").status, "problem");
  assert.equal(checkNode("v26.10.0").status, "ok");
  assert.equal(checkPlatform({ platform: "win32" }, "x64", false).status, "problem");
  assert.equal(checkPlatform({ platform: "win32" }, "x64", true).status, "ok");
  assert.equal(checkPlatform({ platform: "linux" }, "arm64", false).status, "ok");
});
