import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { CliError, type CliErrorCode } from "../src/errors.ts";
import { loadAuthSecret } from "../src/home/auth-secret.ts";
import { loadKek } from "../src/home/kek.ts";
import { homePaths } from "../src/home/paths.ts";
import { prepareHome } from "../src/home/prepare-home.ts";
import { loadRolePasswords } from "../src/home/role-passwords.ts";
import { writePrivateFile } from "../src/home/write-private-file.ts";
import { resolveHome } from "../src/settings/resolve-home.ts";
import { scratch } from "./support/scratch.ts";

const linux = {
  env: {},
  uid: 1000,
  platform: "linux",
  userHome: "/home/ann",
  checkout: "/home/ann/src/meterr",
} as const;
const uid = process.getuid?.();

const refusedAs = (code: CliErrorCode) => (error: unknown) =>
  error instanceof CliError && error.code === code && error.next !== undefined;

test("root keeps data in /var/lib/meterr, everybody else in the data folder of their platform", () => {
  assert.equal(resolveHome({ ...linux, uid: 0 }), "/var/lib/meterr");
  assert.equal(resolveHome(linux), "/home/ann/.local/share/meterr");
  assert.equal(resolveHome({ ...linux, env: { XDG_DATA_HOME: "/data/ann" } }), "/data/ann/meterr");
  assert.equal(resolveHome({ ...linux, env: { XDG_DATA_HOME: "relative" } }), "/home/ann/.local/share/meterr");
  assert.equal(
    resolveHome({ ...linux, platform: "darwin", userHome: "/Users/ann" }),
    "/Users/ann/Library/Application Support/meterr",
  );
  assert.equal(resolveHome({ ...linux, env: { METERR_HOME: "/srv/meterr" } }), "/srv/meterr");
});

describe("a refused home", () => {
  const cases: [string, string][] = [
    ["in the source tree", "/home/ann/src/meterr/data"],
    ["that is the source tree", "/home/ann/src/meterr"],
    ["around the source tree", "/home/ann/src"],
    ["that is the user's own folder", "/home/ann"],
    ["given as a relative path", "data"],
    ["with a path too long for a socket", `/${"x".repeat(90)}`],
  ];
  for (const [what, METERR_HOME] of cases) {
    test(`a home ${what} is refused`, () => {
      assert.throws(() => resolveHome({ ...linux, env: { METERR_HOME } }), refusedAs("home_refused"));
    });
  }

  test("a home that reaches the source tree through a link is refused", (t) => {
    const folder = scratch(t);
    mkdirSync(join(folder, "tree"));
    symlinkSync(join(folder, "tree"), join(folder, "link"));
    const around = { ...linux, checkout: join(folder, "tree"), env: { METERR_HOME: join(folder, "link", "data") } };
    assert.throws(() => resolveHome(around), refusedAs("home_refused"));
  });
});

test("the home is made with folders only its owner can enter", async (t) => {
  const paths = homePaths(join(scratch(t), "a", "home"));
  await prepareHome(paths, { uid });
  for (const folder of [paths.secrets, paths.logs, paths.run]) assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(statSync(paths.home).mode & 0o077 & ~0o011, 0);
});

test("a folder with somebody else's files is refused and left as it was", async (t) => {
  const folder = scratch(t);
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, "thesis.txt"), "");
  await assert.rejects(prepareHome(homePaths(folder), { uid }), refusedAs("home_refused"));
  assert.deepEqual(readdirSync(folder), ["thesis.txt"]);
  assert.equal(statSync(folder).mode & 0o777, 0o755);
});

test("a home that cannot be a folder, or belongs to another user, is refused", async (t) => {
  const folder = scratch(t);
  writeFileSync(join(folder, "file"), "");
  await assert.rejects(prepareHome(homePaths(join(folder, "file", "home")), { uid }), refusedAs("home_refused"));
  await assert.rejects(
    prepareHome(homePaths(join(folder, "other")), { uid: (uid ?? 0) + 1 }),
    refusedAs("home_refused"),
  );
});

test("a private file is 0600 and replaced whole", async (t) => {
  const path = join(scratch(t), "secret");
  await writePrivateFile(path, "one");
  await writePrivateFile(path, "two");
  assert.equal(readFileSync(path, "utf8"), "two");
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(readdirSync(join(path, "..")).length, 1);
});

describe("KEK", () => {
  const none = { kek: undefined, kekFile: undefined };
  const at = (folder: string) => ({ kek: join(folder, "kek"), keystore: join(folder, "keystore") });

  test("it is made once, 0600, and read back the same", async (t) => {
    const paths = at(scratch(t));
    const made = await loadKek({ settings: none, paths, mayMake: true, randomBytes });
    assert.equal(Buffer.from(made.value, "base64url").length, 32);
    assert.equal(made.made, true);
    assert.equal(statSync(paths.kek).mode & 0o777, 0o600);
    const again = await loadKek({ settings: none, paths, mayMake: true, randomBytes });
    assert.deepEqual([again.value, again.made], [made.value, false]);
  });

  test("a missing KEK of an existing instance is refused, and none is made in its place", async (t) => {
    const paths = at(scratch(t));
    await assert.rejects(loadKek({ settings: none, paths, mayMake: false, randomBytes }), refusedAs("kek_refused"));
    assert.ok(!existsSync(paths.kek));
  });

  test("a KEK file that was named but does not exist is refused, and none is made", async (t) => {
    const folder = scratch(t);
    const kekFile = join(folder, "mounted");
    await assert.rejects(
      loadKek({ settings: { ...none, kekFile }, paths: at(folder), mayMake: true, randomBytes }),
      refusedAs("kek_refused"),
    );
    assert.deepEqual(readdirSync(folder), []);
  });

  test("a damaged KEK is refused without repeating it", async (t) => {
    const paths = at(scratch(t));
    const canary = randomBytes(9).toString("hex");
    writeFileSync(paths.kek, canary, { mode: 0o600 });
    await assert.rejects(loadKek({ settings: none, paths, mayMake: true, randomBytes }), (error: CliError) => {
      return error.code === "kek_refused" && !error.message.includes(canary);
    });
  });

  test("a KEK others can read is refused with the command that mends it", async (t) => {
    const paths = at(scratch(t));
    await loadKek({ settings: none, paths, mayMake: true, randomBytes });
    chmodSync(paths.kek, 0o640);
    await assert.rejects(loadKek({ settings: none, paths, mayMake: true, randomBytes }), (error: CliError) => {
      return error.code === "configuration_refused" && error.next === `Run: chmod 600 ${paths.kek}`;
    });
  });
});

test("role passwords are made once, differ from each other, and stay", async (t) => {
  const path = join(scratch(t), "roles.json");
  const made = await loadRolePasswords(path, randomBytes);
  assert.equal(new Set(Object.values(made)).size, 5);
  assert.deepEqual(await loadRolePasswords(path, randomBytes), made);
  writeFileSync(path, "{", { mode: 0o600 });
  await assert.rejects(loadRolePasswords(path, randomBytes), refusedAs("configuration_refused"));
});

test("an emptied sign-in secret is refused rather than used", async (t) => {
  const path = join(scratch(t), "auth");
  const made = await loadAuthSecret(path, randomBytes);
  assert.equal(await loadAuthSecret(path, randomBytes), made);
  writeFileSync(path, "\n");
  await assert.rejects(loadAuthSecret(path, randomBytes), refusedAs("configuration_refused"));
});
