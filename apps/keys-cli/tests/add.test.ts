import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { applySteps, planAdd, type Step } from "../src/add/plan-add.ts";
import { packedCatalogue } from "../src/catalogue/packed-catalogue.ts";
import { writeAtomically } from "../src/files/write-atomically.ts";
import { findHost } from "../src/host/find-host.ts";
import { fixtureCatalogue, fixtureFiles } from "./support/fixture-modules.ts";
import { keysHere, keysJson, runKeys } from "./support/run-keys.ts";
import { scratch, snapshot, write, type Cleanup } from "./support/scratch.ts";

const HOST = { name: "shop", private: true, dependencies: { express: "^5.0.0" } };

function world(t: Cleanup, packageJson: object = HOST) {
  const folder = scratch(t);
  const host = join(folder, "host");
  write(host, { "package.json": packageJson, "src/server.js": "console.log(1);\n" });
  const one = fixtureCatalogue(join(folder, "one"), { things: {} });
  const two = fixtureCatalogue(join(folder, "two"), {
    things: { version: "0.2.0", files: { "esm/new.js": "export const fresh = 1;\n", "esm/index.d.ts": "" } },
  });
  return { folder, host, one, two };
}

describe("adding", () => {
  test("files are copied byte for byte, and nothing else of the application is touched", async (t) => {
    const { host, one } = world(t);
    const before = await snapshot(host);
    const { code, value } = await keysJson(one, ["add", "things"], { cwd: join(host, "src") });
    assert.deepEqual([code, value["outcome"]], [0, "added"]);
    const after = await snapshot(host);
    for (const [path, text] of Object.entries(fixtureFiles("things"))) {
      assert.equal(after[`modules/things/${path}`], text, path);
      delete after[`modules/things/${path}`];
    }
    assert.deepEqual(Object.keys(after).sort(), [".env.example", "keys.lock.json", ...Object.keys(before)].sort());
    assert.equal(after["src/server.js"], before["src/server.js"]);
    assert.deepEqual(JSON.parse(after["package.json"] ?? ""), {
      ...HOST,
      dependencies: { "@meterr/runtime": "^0.1.0", express: "^5.0.0", zod: "^4.6.7" },
    });
    assert.match(after[".env.example"] ?? "", /^THING_SECRET=$/m);
    assert.match(after[".env.example"] ?? "", /^# THING_COLOUR=$/m);
  });

  test("a second time it changes nothing at all", async (t) => {
    const { host, one } = world(t);
    await keysJson(one, ["add", "things"], { cwd: host });
    const before = await snapshot(host);
    const { code, value } = await keysJson(one, ["add", "things"], { cwd: host });
    assert.deepEqual([code, value["outcome"]], [0, "unchanged"]);
    const { out } = await keysHere(one, ["add", "things"], { cwd: host });
    assert.match(out, /is here already[^]*modules\/things\/esm\/index\.js[^]*keys verify things/);
    assert.deepEqual(await snapshot(host), before);
  });

  test("a newer version replaces the older: new files come, old ones go, the application's own stay", async (t) => {
    const { host, one, two } = world(t);
    await keysJson(one, ["add", "things"], { cwd: host });
    write(join(host, "modules/things"), { "notes/own.md": "mine\n" });
    const { value } = await keysJson(two, ["add", "things"], { cwd: host });
    assert.deepEqual([value["outcome"], value["from"], value["version"]], ["replaced", "0.1.0", "0.2.0"]);
    const files = await snapshot(join(host, "modules/things"));
    assert.equal(files["notes/own.md"], "mine\n");
    assert.match(files["esm/index.js"] ?? "", /0\.2\.0/);
    assert.ok("esm/new.js" in files);
    const back = await keysJson(one, ["add", "things"], { cwd: host });
    assert.deepEqual([back.code, back.error["code"]], [1, "already_there"]);
    const forced = await keysJson(one, ["add", "things", "--force"], { cwd: host });
    assert.deepEqual([forced.code, forced.value["version"]], [0, "0.1.0"]);
    assert.equal(existsSync(join(host, "modules/things/esm/new.js")), false);
  });

  test("an edited file is not overwritten without --force, a deleted one comes back, line ends are no edit", async (t) => {
    const { host, one, two } = world(t);
    await keysJson(one, ["add", "things"], { cwd: host });
    const [edited, deleted, crlf] = ["esm/index.js", "README.md", "key.json"].map((name) =>
      join(host, "modules/things", name),
    );
    rmSync(deleted ?? "");
    writeFileSync(crlf ?? "", readFileSync(crlf ?? "", "utf8").replaceAll("\n", "\r\n"));
    writeFileSync(edited ?? "", "mine");
    for (const catalogue of [one, two]) {
      const before = await snapshot(host);
      const { code, error } = await keysJson(catalogue, ["add", "things"], { cwd: host });
      assert.deepEqual([code, error["code"], error["files"]], [1, "edited_files", ["modules/things/esm/index.js"]]);
      assert.deepEqual(await snapshot(host), before);
    }
    const { value } = await keysJson(one, ["add", "things", "--force"], { cwd: host });
    assert.deepEqual([value["outcome"], value["replaced_edits"]], ["repaired", ["esm/index.js"]]);
    assert.equal(readFileSync(deleted ?? "", "utf8"), fixtureFiles("things")["README.md"]);
  });

  test("a folder keys did not write is never overwritten, not even with --force", async (t) => {
    const { host, one } = world(t);
    write(host, { "modules/things/mine.js": "mine" });
    const before = await snapshot(host);
    const { code, error } = await keysJson(one, ["add", "things", "--force"], { cwd: host });
    assert.deepEqual([code, error["code"]], [1, "already_there"]);
    assert.deepEqual(await snapshot(host), before);
  });

  test("a peer that is missing and a dependency that does not fit are named with the command that mends it", async (t) => {
    const folder = scratch(t);
    const host = join(folder, "host");
    write(host, { "package.json": { dependencies: { zod: "^3.25.0" } }, "pnpm-lock.yaml": "" });
    const catalogue = fixtureCatalogue(join(folder, "c"), { things: { peers: { stripe: ">=18" } } });
    const { code, out } = await runKeys(catalogue, ["add", "things"], { cwd: host });
    assert.equal(code, 0);
    assert.match(out, /stripe is missing[^\n]*\n\s+Run: pnpm add "stripe@>=18"/);
    assert.match(out, /zod is \^3\.25\.0 in package\.json; things needs \^4\.6\.7\.\n\s+Run: pnpm add "zod@\^4\.6\.7"/);
    assert.match(readFileSync(join(host, "package.json"), "utf8"), /"zod": "\^3\.25\.0"/);
  });

  test("a dirty tree is warned of, a clean one is not", async (t) => {
    const { host, one } = world(t);
    const git = (...args: string[]): Buffer =>
      execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t", ...args], { cwd: host });
    git("init", "-q");
    git("add", ".");
    git("commit", "-qm", "x");
    assert.doesNotMatch((await runKeys(one, ["add", "things"], { cwd: host })).err, /uncommitted/);
    const { err, code } = await runKeys(one, ["add", "things"], { cwd: host });
    assert.match(err, /uncommitted changes/);
    assert.doesNotMatch(err, /ignores/);
    assert.equal(code, 0);
    write(host, { ".gitignore": "/modules\n" });
    assert.match((await runKeys(one, ["add", "things"], { cwd: host })).err, /git ignores modules\/things/);
  });

  test("in a monorepo the nearest package.json is the host, and its root is warned of", async (t) => {
    const { folder, one } = world(t);
    const root = join(folder, "mono");
    write(root, {
      "package.json": { workspaces: ["apps/*"] },
      "apps/web/package.json": { name: "web" },
      "yarn.lock": "",
    });
    const { value } = await keysJson(one, ["add", "things", "--cwd", "apps/web"], { cwd: root });
    assert.equal(value["install"], "yarn install");
    assert.ok(existsSync(join(root, "apps/web/modules/things/key.json")));
    assert.equal(existsSync(join(root, "modules")), false);
    assert.match((await runKeys(one, ["add", "things"], { cwd: root })).err, /root of a workspace/);
  });

  test("--runtime says where the runtime comes from, and what the application has already is kept", async (t) => {
    const { host, one } = world(t);
    await keysJson(one, ["add", "things", "--runtime", "file:../runtime.tgz"], { cwd: host });
    const { dependencies } = JSON.parse(readFileSync(join(host, "package.json"), "utf8")) as typeof HOST;
    assert.deepEqual(dependencies, { "@meterr/runtime": "file:../runtime.tgz", express: "^5.0.0", zod: "^4.6.7" });
    await keysJson(one, ["add", "things", "--runtime", "other"], { cwd: host });
    assert.match(readFileSync(join(host, "package.json"), "utf8"), /file:\.\.\/runtime\.tgz/);
  });
});

test("a reader that has read enough is no failure", async (t) => {
  const { host, one } = world(t);
  assert.deepEqual(await runKeys(one, ["docs", "things"], { cwd: host, deaf: true }), { code: 0, out: "", err: "" });
});

test("a file somebody else has written to meanwhile is left to them", async (t) => {
  const path = join(scratch(t), "package.json");
  writeFileSync(path, "theirs");
  await assert.rejects(writeAtomically(path, "ours", "before"), { code: "changed_meanwhile" });
  await assert.rejects(writeAtomically(path, "ours", null), { code: "changed_meanwhile" });
  assert.deepEqual(await snapshot(dirname(path)), { "package.json": "theirs" });
});

describe("refusing", () => {
  const LINKS: readonly [string, (host: string, outside: string) => void][] = [
    ["modules", (host, outside) => symlinkSync(outside, join(host, "modules"))],
    [
      "modules/things",
      (host, outside) => {
        mkdirSync(join(host, "modules"));
        symlinkSync(outside, join(host, "modules/things"));
      },
    ],
    ["keys.lock.json", (host, outside) => symlinkSync(join(outside, "file"), join(host, "keys.lock.json"))],
    [".env.example", (host, outside) => symlinkSync(join(outside, "not-there"), join(host, ".env.example"))],
    [
      "package.json",
      (host, outside) => {
        rmSync(join(host, "package.json"));
        symlinkSync(join(outside, "package.json"), join(host, "package.json"));
      },
    ],
  ];
  for (const [what, link] of LINKS) {
    test(`${what} as a link that leads out of the application is refused, and nothing is written there`, async (t) => {
      const { folder, host, one } = world(t);
      const outside = join(folder, "outside");
      write(outside, { file: "kept", "package.json": {} });
      link(host, outside);
      const before = await snapshot(outside);
      const { code, error } = await keysJson(one, ["add", "things"], { cwd: host });
      assert.deepEqual([code, error["code"]], [1, "outside_host"]);
      assert.deepEqual(await snapshot(outside), before);
    });
  }

  test("a link inside the application is followed", async (t) => {
    const { host, one } = world(t);
    mkdirSync(join(host, "lib/modules"), { recursive: true });
    symlinkSync("lib/modules", join(host, "modules"));
    assert.equal((await keysJson(one, ["add", "things"], { cwd: host })).code, 0);
    assert.ok(existsSync(join(host, "lib/modules/things/key.json")));
  });

  test("a read-only folder is named, and nothing is left in it", async (t) => {
    const { folder, host, one } = world(t);
    const root = process.getuid?.() === 0;
    if (root) for (const path of [folder, host, join(host, "package.json")]) chownSync(path, 65534, 65534);
    chmodSync(host, 0o555);
    const before = await snapshot(host);
    const ran = await keysJson(one, ["add", "things"], { cwd: host, ...(root ? { uid: 65534 } : {}) });
    chmodSync(host, 0o755);
    assert.deepEqual([ran.code, ran.error["code"]], [1, "not_writable"]);
    assert.match(String(ran.error["message"]), /modules/);
    assert.deepEqual(await snapshot(host), before);
  });

  test("an installation whose files were tampered with is refused before anything is written", async (t) => {
    const { host, one } = world(t);
    writeFileSync(join(one, "things/esm/index.js"), "evil");
    const before = await snapshot(host);
    const { code, error } = await keysJson(one, ["add", "things"], { cwd: host });
    assert.deepEqual([code, error["code"]], [1, "package_damaged"]);
    assert.deepEqual(await snapshot(host), before);
  });

  test("a lock file that names files outside the module is not believed", async (t) => {
    const { host, one } = world(t);
    await keysJson(one, ["add", "things"], { cwd: host });
    const lock = readFileSync(join(host, "keys.lock.json"), "utf8");
    for (const path of ["../../src/server.js", "/etc/passwd", "a/../../b", "a\\\\b"]) {
      writeFileSync(join(host, "keys.lock.json"), lock.replace('"esm/index.js"', `"${path}"`));
      const { code, error } = await keysJson(one, ["remove", "things"], { cwd: host });
      assert.deepEqual([code, error["code"]], [1, "lock_invalid"], path);
    }
    assert.ok(existsSync(join(host, "src/server.js")));
  });

  const MISUSES: readonly [string[], string | null][] = [
    [["add"], null],
    [["add", "things", "more"], null],
    [["frobnicate"], null],
    [["add", "nothing"], "unknown_module"],
    [["add", "members"], "unknown_module"],
    [["add", "../things"], "unknown_module"],
    [["add", "things", "--cwd", "nowhere"], "host_missing"],
    [["remove", "things"], "not_installed"],
    [["remove", "constructor"], "not_installed"],
    [["verify", "things"], "not_installed"],
    [["new", "Not A Slug", "--type", "route"], "usage"],
    [["new", "fine"], "usage"],
    [["new", "fine", "--type", "none"], null],
  ];
  test("misuse ends with 2 and says what is wrong", async (t) => {
    const { host, one } = world(t);
    for (const [args, expected] of MISUSES) {
      const { code, err, out } = await keysHere(one, args, { cwd: host });
      assert.deepEqual([args, code, out], [args, 2, ""]);
      assert.match(err, expected === null ? /error: / : /✗ .+\n(.|\n)*→ /);
    }
    assert.equal((await keysHere(one, ["list"], { cwd: scratch(t) })).code, 0);
  });
});

test("killed after any of its steps, the command run again arrives where it would have", async (t) => {
  const { folder, host, one, two } = world(t, { name: "shop" });
  const secret = randomBytes(4).toString("hex");
  write(host, { ".env.example": `OTHER=${secret}` });
  const run = (catalogue: string, cwd: string): Promise<{ code: number | null }> =>
    keysJson(catalogue, ["add", "things"], { cwd });
  const [aim, start] = [join(folder, "aim"), join(folder, "start")];
  for (const copy of [aim, start]) execFileSync("cp", ["-r", host, copy]);
  for (const catalogue of [one, two]) assert.equal((await run(catalogue, aim)).code, 0);
  const expected = await snapshot(aim);

  const planOf = async (catalogue: string, victim: string): Promise<readonly Step[]> => {
    const copy = await packedCatalogue(catalogue).load("things");
    return (await planAdd(findHost(victim, undefined), copy, { force: false, instead: {} })).steps;
  };
  for (const [name, catalogue] of [
    ["adding", one],
    ["replacing", two],
  ] as const) {
    for (let killedAfter = 1, more = true; more; killedAfter++) {
      const victim = join(folder, `${name}-${killedAfter}`);
      execFileSync("cp", ["-r", start, victim]);
      if (catalogue === two) await applySteps(await planOf(one, victim));
      const steps = await planOf(catalogue, victim);
      assert.ok(steps.length >= 4, "there are steps to be killed after");
      for (const step of steps.slice(0, killedAfter)) await step.run();
      more = killedAfter < steps.length;
      assert.equal((await run(catalogue, victim)).code, 0, `${name}, after ${killedAfter}`);
      if (catalogue === one) await applySteps(await planOf(two, victim));
      assert.deepEqual(await snapshot(victim), expected, `${name}, after ${killedAfter}`);
    }
  }
});
