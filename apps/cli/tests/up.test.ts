import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { test } from "node:test";
import { connectPool, startEmbedded } from "@meterr/database";
import { homePaths } from "../src/home/paths.ts";
import { sharedMachine } from "./support/shared-machine.ts";
import { eventually, isGone, journalLines } from "./support/stub-installation.ts";
import { postgresPid } from "./support/up-process.ts";

const { meterr, home, journal } = await sharedMachine();
const paths = homePaths(home);
/** Lines written since the last call. */
let seen = 0;
const newLines = (): string[] => {
  const lines = journalLines(journal).slice(seen);
  seen += lines.length;
  return lines;
};
const pidsIn = (lines: readonly string[]) =>
  lines.flatMap((line) => (/ listening (\d+)$/.exec(line)?.[1] ?? []) as string[]).map(Number);

test("a first start prints one screen without colour, hands each secret to its process alone, and Ctrl-C ends everything in order", async () => {
  const up = meterr("up");
  await up.ready();
  const screen = up.output();
  assert.ok(!screen.includes("\u001b"), "piped output holds no escape sequence");
  const token = readFileSync(paths.setupToken, "utf8").trim();
  assert.match(screen, new RegExp(`http://localhost:\\d+/setup#token=${token}\\n`));
  assert.match(screen, /Back up now/);
  for (const file of [paths.kek, paths.databaseRoles, paths.authSecret, paths.setupToken])
    assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(statSync(paths.keystore).mode & 0o777, 0o700);
  const kek = readFileSync(paths.kek, "utf8").trim();
  const started = newLines();
  const given = Object.fromEntries(
    started.flatMap((line) => {
      const [, name, settings] = /^(\w+) settings (.*)$/.exec(line) ?? [];
      return name === undefined || settings === undefined ? [] : [[name, settings]];
    }),
  );
  assert.ok(given["gateway"]?.includes(kek), "the gateway is given the KEK");
  for (const name of ["dashboard", "sandbox"])
    assert.ok(given[name] !== undefined && !given[name].includes(kek), `${name} is not given the KEK`);
  const passwords = JSON.parse(readFileSync(paths.databaseRoles, "utf8")) as Record<string, string>;
  const heldBy = (role: string) =>
    Object.keys(given).filter((name) => given[name]?.includes(passwords[role] ?? "missing"));
  assert.deepEqual(
    [heldBy("meterr_gateway"), heldBy("meterr_dashboard"), heldBy("meterr_owner")],
    [["gateway"], ["dashboard"], []],
  );

  const { settings } = await startEmbedded({ dataDir: paths.database });
  const pool = connectPool(settings, { max: 1 });
  try {
    const { rows } = await pool.query<{ hash: Buffer }>("select setup_token_hash as hash from meterr.instance");
    assert.deepEqual(
      rows[0]?.hash,
      createHash("sha256").update(token).digest(),
      "only the token's hash is in the database",
    );
  } finally {
    await pool.end();
  }

  const postgres = postgresPid(home);
  assert.ok(postgres !== undefined);
  up.process.kill("SIGINT");
  assert.equal(await up.ended(), 0);
  assert.deepEqual(
    newLines().filter((line) => line.endsWith("draining")),
    ["gateway draining", "dashboard draining", "sandbox draining"],
  );
  for (const pid of [...pidsIn(started), postgres]) assert.ok(isGone(pid));
  assert.ok(!existsSync(paths.lock));

  const again = meterr("up");
  await again.ready();
  assert.ok(!again.output().includes("Back up now"), "the backup is spoken of once");
  assert.ok(!again.output().includes(token), "an earlier one-time token is replaced");
  again.process.kill("SIGTERM");
  assert.equal(await again.ended(), 0);
});

test("a second start on the same home says which process runs, and leaves that one alone", async () => {
  const up = meterr("up");
  await up.ready();
  const second = meterr("up");
  const migrating = meterr("migrate");
  const status = meterr("migrate", "--status", "--json");
  assert.equal(await second.ended(), 1);
  assert.match(second.errors(), new RegExp(`already runs on ${home} \\(process ${up.process.pid}\\)`));
  assert.equal(await migrating.ended(), 1);
  assert.equal(await status.ended(), 0);
  const { items } = JSON.parse(status.output()) as { items: { applied_at: string | null }[] };
  assert.ok(items.length > 0 && items.every(({ applied_at }) => applied_at !== null));
  assert.equal(up.process.exitCode, null);
  up.process.kill("SIGTERM");
  assert.equal(await up.ended(), 0);
});

test("PostgreSQL killed while running is started again under the same children; after kill -9 of the supervisor they end by themselves and the next start takes over", async () => {
  newLines();
  const up = meterr("up");
  await up.ready();
  const first = postgresPid(home);
  assert.ok(first !== undefined);
  process.kill(first, "SIGKILL");
  await eventually(() => up.output().includes("PostgreSQL runs again."), "PostgreSQL to run again");
  assert.notEqual(postgresPid(home), first);
  const started = newLines();
  const children = pidsIn(started);
  assert.equal(children.length, 3, "no child was restarted");

  up.process.kill("SIGKILL");
  await up.ended();
  const next = meterr("up");
  await next.ready();
  for (const pid of children) assert.ok(isGone(pid));
  assert.equal(newLines().filter((line) => line.endsWith("orphaned")).length, 3);
  const postgres = postgresPid(home);
  next.process.kill("SIGTERM");
  assert.equal(await next.ended(), 0);
  assert.ok(postgres !== undefined && isGone(postgres));
});
