import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { finding, runAudit, type Stub } from "./support/run-audit.ts";
import { scratch, write } from "./support/scratch.ts";

function repository(t: TestContext): { root: string; git: (...args: string[]) => string } {
  const root = scratch(t);
  const env = { PATH: process.env["PATH"] ?? "", HOME: root, GIT_CONFIG_NOSYSTEM: "1" };
  const git = (...args: string[]): string =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@localhost", ...args], {
      cwd: root,
      env,
      encoding: "utf8",
    });
  git("init", "-q", "-b", "main");
  write(root, {
    "old.ts": "1",
    "touched.ts": "1",
    "removed.ts": "1",
    "app/deep.ts": "1",
    ".gitignore": "ignored.ts\n",
  });
  git("add", ".");
  git("commit", "-qm", "one");
  return { root, git };
}

async function only(root: string, args: readonly string[], env: Record<string, string> = {}): Promise<string[]> {
  const stub: Stub = { result: {} };
  const { code, err } = await runAudit(root, args, stub, env);
  assert.equal(code, 0, err);
  return [...(stub.asked?.only ?? [])].sort();
}

test("files committed since the branch began, uncommitted ones and untracked ones count; what is gone or ignored does not", async (t) => {
  const { root, git } = repository(t);
  git("switch", "-qc", "topic");
  write(root, { "touched.ts": "2" });
  git("rm", "-q", "removed.ts");
  git("commit", "-qam", "two");
  git("switch", "-q", "main");
  write(root, { "elsewhere.ts": "1" });
  git("add", ".");
  git("commit", "-qm", "main goes on");
  git("switch", "-q", "topic");
  write(root, { "app/deep.ts": "2", "ünew [x].ts": "1", "ignored.ts": "1" });
  assert.deepEqual(await only(root, ["--changed"]), ["app/deep.ts", "touched.ts", "ünew [x].ts"]);
  assert.deepEqual(await only(root, ["--changed", "HEAD"]), ["app/deep.ts", "ünew [x].ts"]);
  assert.deepEqual(await only(root, ["--changed"], { GITHUB_BASE_REF: "main" }), [
    "app/deep.ts",
    "touched.ts",
    "ünew [x].ts",
  ]);
  assert.deepEqual(await only(root, ["app", "--changed"]), ["deep.ts"]);
});

test("only findings in changed files are reported, and nothing is said to be gone from the baseline", async (t) => {
  const { root } = repository(t);
  const result = { findings: [finding("old.ts"), finding("touched.ts")] };
  assert.equal((await runAudit(root, ["--update-baseline"], { result })).code, 0);
  write(root, { "touched.ts": "2" });
  const { code, out } = await runAudit(root, ["--changed", "--no-baseline"], { result });
  assert.equal(code, 1);
  assert.match(out, /touched\.ts/);
  assert.doesNotMatch(out, /old\.ts/);
  assert.doesNotMatch((await runAudit(root, ["--changed"], { result })).out, /no longer/);
});

test("outside a repository, without a base or with an unknown one it is said what to do", async (t) => {
  const outside = scratch(t);
  const failed = async (root: string, args: readonly string[]): Promise<string> => {
    const { code, err } = await runAudit(root, args, { result: {} });
    assert.equal(code, 2);
    return err;
  };
  assert.match(await failed(outside, ["--changed"]), /needs a git repository/);
  const { root, git } = repository(t);
  assert.match(
    await failed(root, ["--changed", "no-such"]),
    /git knows no commit no-such[\s\S]*--changed origin\/main/,
  );
  assert.match(await failed(root, ["--changed=--output=x"]), /git knows no commit/);
  git("branch", "-qm", "topic");
  assert.match(await failed(root, ["--changed"]), /No base was found/);
  git("switch", "-q", "--orphan", "lonely");
  git("commit", "-qm", "x", "--allow-empty");
  assert.match(await failed(root, ["--changed", "topic"]), /no common commit[\s\S]*fetch-depth/);
});

test("nothing a repository configures is run", async (t) => {
  const { root, git } = repository(t);
  const trap = join(root, "trap.sh");
  const sprung = join(scratch(t), "sprung");
  writeFileSync(trap, `#!/bin/sh\ntouch ${sprung}\n`, { mode: 0o755 });
  git("config", "core.fsmonitor", trap);
  git("config", "diff.external", trap);
  git("config", "diff.trap.textconv", trap);
  git("config", "core.hooksPath", root);
  write(root, { ".gitattributes": "*.ts diff=trap\n", "touched.ts": "2" });
  rmSync(sprung, { force: true });
  assert.ok((await only(root, ["--changed"])).includes("touched.ts"));
  assert.equal(existsSync(sprung), false);
});

test("a folder in a repository that ignores it has no changes", async (t) => {
  const { root } = repository(t);
  mkdirSync(join(root, "empty"));
  assert.deepEqual(await only(root, ["empty", "--changed"]), []);
});
