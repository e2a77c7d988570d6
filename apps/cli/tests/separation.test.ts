import assert from "node:assert/strict";
import { chmodSync, lstatSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test, type TestContext } from "node:test";
import { CliError } from "../src/errors.ts";
import { homePaths } from "../src/home/paths.ts";
import { accountsFrom } from "../src/separation/accounts.ts";
import { decideSeparation, type SeparationSurroundings } from "../src/separation/decide-separation.ts";
import { prepareProcessFolders } from "../src/separation/prepare-process-folders.ts";
import { readServerSettings } from "../src/settings/server-settings.ts";
import { scratch } from "./support/scratch.ts";

const rootStatus = "CapEff:\t000001ffffffffff\n";
const everyUser = "         0          0 4294967295\n";

/** A source tree and a home everybody may reach, and a root with every power. */
function surroundings(
  t: TestContext,
  further: Partial<SeparationSurroundings> = {},
  files: Record<string, string> = {},
) {
  const folder = scratch(t);
  chmodSync(folder, 0o755);
  const root = join(folder, "meterr");
  for (const name of ["gateway", "dashboard", "sandbox"]) {
    mkdirSync(join(root, "apps", name, "src"), { recursive: true });
    writeFileSync(join(root, "apps", name, "src", "main.ts"), "");
  }
  const system: Record<string, string> = {
    "/proc/self/status": rootStatus,
    "/proc/self/uid_map": everyUser,
    "/etc/passwd": "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534::/:/usr/sbin/nologin\n",
    ...files,
  };
  const around: SeparationSurroundings = {
    platform: "linux",
    uid: 0,
    uidBase: 64_100,
    root,
    node: process.execPath,
    home: join(folder, "home"),
    read: (path) => system[path] ?? "",
    ...further,
  };
  return { around, root, folder };
}

test("started as root on Linux every process gets a user of its own", (t) => {
  const { around } = surroundings(t);
  const decided = decideSeparation(around);
  assert.equal(decided.kind, "distinct");
  assert.deepEqual(decided.accounts, accountsFrom(64_100));
  const numbers = Object.values(accountsFrom(64_100)).flatMap(({ uid, gid }) => [uid, gid]);
  assert.equal(new Set(numbers).size, 4);
});

test("an ordinary user runs all of it as themselves, with nothing to mend", (t) => {
  const decided = decideSeparation(surroundings(t, { uid: 1000 }).around);
  assert.ok(decided.kind === "shared" && decided.mend === null && /ordinary user/.test(decided.why));
});

test("a source tree the processes' users cannot read is told with what to do, and nothing is separated", (t) => {
  const { around, root, folder } = surroundings(t);
  chmodSync(folder, 0o700);
  const decided = decideSeparation(around);
  assert.ok(decided.kind === "shared" && decided.why.includes(folder) && decided.mend?.includes("chmod -R a+rX"));
  chmodSync(folder, 0o755);
  const main = join(root, "apps", "dashboard", "src", "main.ts");
  chmodSync(main, 0o600);
  const again = decideSeparation(around);
  assert.ok(again.kind === "shared" && again.why.includes(main));
});

test("a data folder behind a closed one is told with the folder to open", (t) => {
  const { around, folder } = surroundings(t);
  const closed = join(folder, "closed");
  mkdirSync(closed, { mode: 0o700 });
  const decided = decideSeparation({ ...around, home: join(closed, "home") });
  assert.ok(decided.kind === "shared" && decided.mend?.includes(`chmod a+x ${closed}`));
});

test("a root that may not change users, or a container without their numbers, separates nothing and says why", (t) => {
  const weak = decideSeparation(surroundings(t, {}, { "/proc/self/status": "CapEff:\t00000000a80425fb\n" }).around);
  assert.equal(weak.kind, "distinct", "what containers usually keep is enough");
  const powerless = decideSeparation(
    surroundings(t, {}, { "/proc/self/status": "CapEff:\t0000000000000400\n" }).around,
  );
  assert.ok(powerless.kind === "shared" && powerless.why.includes("CAP_SETUID"));
  const narrow = decideSeparation(surroundings(t, {}, { "/proc/self/uid_map": "0 100000 60000\n" }).around);
  assert.ok(narrow.kind === "shared" && narrow.why.includes("64100"));
});

test("numbers that are somebody else's on this machine are refused; accounts made for Meterr are taken", (t) => {
  const passwd = (name: string) => ({ "/etc/passwd": `${name}:x:64101:64101::/:/usr/sbin/nologin\n` });
  assert.throws(
    () => decideSeparation(surroundings(t, {}, passwd("ann")).around),
    (error) => error instanceof CliError && error.exitCode === 78 && /METERR_UID_BASE/.test(error.next ?? ""),
  );
  assert.equal(decideSeparation(surroundings(t, {}, passwd("meterr-dashboard")).around).kind, "distinct");
});

test("METERR_UID_BASE is a number in its range", () => {
  assert.equal(readServerSettings({}).uidBase, 64_100);
  assert.equal(readServerSettings({ METERR_UID_BASE: "70000" }).uidBase, 70_000);
  for (const value of ["0", "-1", "99", "4294967295", "abc", "1e6"])
    assert.throws(() => readServerSettings({ METERR_UID_BASE: value }), CliError, value);
});

const skip = process.getuid?.() === 0 ? false : "needs root, to give folders away";

test(
  "folders go to whom they belong, come back without separation, and links in them are not followed",
  { skip },
  async (t) => {
    const { around } = surroundings(t);
    const paths = homePaths(around.home);
    for (const folder of [paths.home, paths.keystore, join(paths.keystore, "instance"), paths.sandbox])
      mkdirSync(folder, { recursive: true });
    const outside = join(dirname(around.home), "outside");
    writeFileSync(outside, "");
    symlinkSync(outside, join(paths.sandbox, "link"));
    const accounts = accountsFrom(64_100);
    const ownerOf = (path: string) => lstatSync(path).uid;

    await prepareProcessFolders(paths, { kind: "distinct", accounts }, 0);
    assert.equal(ownerOf(join(paths.keystore, "instance")), accounts.gateway.uid);
    assert.equal(ownerOf(paths.sandbox), accounts.sandbox.uid);
    const socketFolder = lstatSync(paths.keyServiceFolder);
    assert.deepEqual(
      [socketFolder.uid, socketFolder.gid, socketFolder.mode & 0o7777],
      [accounts.gateway.uid, accounts.dashboard.gid, 0o2750],
    );
    assert.equal(ownerOf(outside), 0);

    await prepareProcessFolders(paths, { kind: "shared", accounts: null, why: "", mend: null }, 0);
    for (const path of [paths.keystore, join(paths.keystore, "instance"), paths.sandbox, paths.keyServiceFolder])
      assert.equal(ownerOf(path), 0, path);
  },
);
