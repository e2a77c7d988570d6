import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { homePaths } from "../src/home/paths.ts";
import { eventually, isGone, journalLines } from "./support/stub-installation.ts";
import { machine, postgresPid } from "./support/up-process.ts";

const pidsOf = (journal: string) =>
  journalLines(journal)
    .flatMap((line) => (/ listening (\d+)$/.exec(line)?.[1] ?? []) as string[])
    .map(Number);

test("a first start prints one screen without colour, keeps the one-time token in the fragment, and Ctrl-C ends everything in order", async (t) => {
  const { meterr, home, journal } = await machine(t);
  const up = meterr("up");
  await up.ready();
  const screen = up.output();
  assert.ok(!screen.includes("\u001b"), "piped output holds no escape sequence");
  const paths = homePaths(home);
  const token = readFileSync(paths.setupToken, "utf8").trim();
  assert.match(screen, new RegExp(`http://localhost:\\d+/setup#token=${token}\\n`));
  assert.match(screen, /Back up now/);
  for (const file of [paths.kek, paths.databaseRoles, paths.authSecret, paths.setupToken])
    assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(statSync(paths.keystore).mode & 0o777, 0o700);
  const kek = readFileSync(paths.kek, "utf8").trim();
  const given = Object.fromEntries(
    journalLines(journal).flatMap((line) => {
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

  const postgres = postgresPid(home);
  assert.ok(postgres !== undefined);
  up.process.kill("SIGINT");
  assert.equal(await up.ended(), 0);
  assert.deepEqual(
    journalLines(journal).filter((line) => line.endsWith("draining")),
    ["gateway draining", "dashboard draining", "sandbox draining"],
  );
  for (const pid of [...pidsOf(journal), postgres]) assert.ok(isGone(pid));
  assert.ok(!existsSync(paths.lock));

  const again = meterr("up");
  await again.ready();
  assert.ok(!again.output().includes("Back up now"), "the backup is spoken of once");
  assert.ok(!again.output().includes(token), "an earlier one-time token is replaced");
});

test("a second start on the same home says which process runs, and leaves that one alone", async (t) => {
  const { meterr, home } = await machine(t);
  const up = meterr("up");
  await up.ready();
  const second = meterr("up");
  assert.equal(await second.ended(), 1);
  assert.match(second.errors(), new RegExp(`already runs on ${home} \\(process ${up.process.pid}\\)`));
  assert.equal(up.process.exitCode, null);
  const migrating = meterr("migrate");
  assert.equal(await migrating.ended(), 1);
  const status = meterr("migrate", "--status", "--json");
  assert.equal(await status.ended(), 0);
  const { items } = JSON.parse(status.output()) as { items: { applied_at: string | null }[] };
  assert.ok(items.length > 0 && items.every(({ applied_at }) => applied_at !== null));
  const doctor = meterr("doctor", "--json");
  assert.equal(await doctor.ended(), 0, doctor.output());
  assert.equal((JSON.parse(doctor.output()) as { ok: boolean }).ok, true);
  assert.equal(up.process.exitCode, null);
});

test("after kill -9 of the supervisor its children end by themselves and the next start takes everything over", async (t) => {
  const { meterr, home, journal } = await machine(t);
  const up = meterr("up");
  await up.ready();
  const children = pidsOf(journal);
  assert.equal(children.length, 3);
  up.process.kill("SIGKILL");
  await up.ended();
  const next = meterr("up");
  await next.ready();
  for (const pid of children) assert.ok(isGone(pid));
  assert.equal(journalLines(journal).filter((line) => line.endsWith("orphaned")).length, 3);
  const postgres = postgresPid(home);
  next.process.kill("SIGTERM");
  assert.equal(await next.ended(), 0);
  assert.ok(postgres !== undefined && isGone(postgres));
});

test("PostgreSQL killed while running is started again under the same children", async (t) => {
  const { meterr, home, journal } = await machine(t);
  const up = meterr("up");
  await up.ready();
  const first = postgresPid(home);
  assert.ok(first !== undefined);
  process.kill(first, "SIGKILL");
  await eventually(() => up.output().includes("PostgreSQL runs again."), "PostgreSQL to run again");
  assert.notEqual(postgresPid(home), first);
  assert.equal(pidsOf(journal).length, 3, "no child was restarted");
});

test("a port in use is named with the variable to change, and nothing is left running", async (t) => {
  const { meterr, env, home } = await machine(t);
  const server = createServer().listen(Number(env["METERR_GATEWAY_PORT"]), "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const up = meterr("up");
  assert.equal(await up.ended(), 1);
  assert.match(up.errors(), new RegExp(`Port ${env["METERR_GATEWAY_PORT"]}, which the gateway needs, is in use`));
  assert.match(up.errors(), /METERR_GATEWAY_PORT/);
  assert.ok(!existsSync(homePaths(home).database), "the database was not made");
  assert.ok(!existsSync(homePaths(home).lock));
});

test("a child that refuses to start fails the command with its words, and PostgreSQL is stopped", async (t) => {
  const { meterr, home } = await machine(t, { refuseWith: 78 });
  const up = meterr("up");
  assert.equal(await up.ended(), 78);
  assert.match(up.errors(), /refused its settings: \w+: this cannot be; correct it/);
  assert.equal(postgresPid(home), undefined);
});

test("a home without its KEK, its keystore, or its own database is refused, and nothing is made in their place", async (t) => {
  const { meterr, home } = await machine(t);
  const paths = homePaths(home);
  const up = meterr("up");
  await up.ready();
  up.process.kill("SIGTERM");
  assert.equal(await up.ended(), 0);

  renameSync(paths.kek, `${home}.kek`);
  const withoutKek = meterr("up");
  assert.equal(await withoutKek.ended(), 78);
  assert.match(withoutKek.errors(), /The KEK of this instance is missing/);
  assert.ok(!existsSync(paths.kek));
  renameSync(`${home}.kek`, paths.kek);

  renameSync(paths.keystore, `${home}.keystore`);
  const withoutKeystore = meterr("up");
  assert.equal(await withoutKeystore.ended(), 78);
  assert.match(withoutKeystore.errors(), /The keystore of this instance is missing/);
  assert.ok(!existsSync(paths.keystore));
  renameSync(`${home}.keystore`, paths.keystore);

  const marker = readFileSync(paths.marker, "utf8");
  writeFileSync(paths.marker, JSON.stringify({ instance_id: "00000000-0000-4000-8000-000000000000" }));
  const foreign = meterr("up");
  assert.equal(await foreign.ended(), 78);
  assert.match(foreign.errors(), /The database belongs to the instance/);
  writeFileSync(paths.marker, marker);

  rmSync(join(paths.database), { recursive: true });
  const emptied = meterr("up");
  assert.equal(await emptied.ended(), 78);
  assert.match(emptied.errors(), /The database is empty, but/);
  rmSync(`${home}.kek`, { force: true });
});

test("only the hash of the one-time token reaches the database", async (t) => {
  const { meterr, home } = await machine(t);
  const up = meterr("up");
  await up.ready();
  const token = readFileSync(homePaths(home).setupToken, "utf8").trim();
  const { connectPool, startEmbedded } = await import("@meterr/database");
  const { settings } = await startEmbedded({ dataDir: homePaths(home).database });
  const pool = connectPool(settings, { max: 1 });
  try {
    const { rows } = await pool.query<{ hash: Buffer }>("select setup_token_hash as hash from meterr.instance");
    assert.deepEqual(rows[0]?.hash, createHash("sha256").update(token).digest());
  } finally {
    await pool.end();
  }
});
