import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import pg from "pg";
import { isRunning, readPostmasterFile } from "../src/embedded/server-process.ts";
import type { DatabaseSettings } from "../src/settings.ts";
import { serverFolder } from "./server-folder.ts";

let folder: ReturnType<typeof serverFolder>;
let dataDir: string;
beforeEach(() => {
  folder = serverFolder();
  dataDir = join(folder.path, "postgresql");
});
afterEach(() => folder.remove());

const asRoot = process.getuid?.() === 0;

async function ask(settings: DatabaseSettings, text: string): Promise<unknown> {
  const client = new pg.Client({ ...settings, ssl: false });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return Object.values((await client.query<Record<string, unknown>>(text)).rows[0] ?? {})[0];
  } finally {
    await client.end();
  }
}

test("it listens on a private socket alone, asks everyone for a password, and keeps what was written across a stop", async () => {
  const first = await folder.start();
  assert.equal(await ask(first.settings, "show listen_addresses"), "");
  assert.equal(statSync(first.settings.host).mode & 0o777, 0o700);
  assert.equal(readFileSync(join(dataDir, "data", "pg_hba.conf"), "utf8"), "local all all scram-sha-256\n");
  assert.equal(statSync(join(dataDir, "superuser-password")).mode & 0o777, 0o600);
  assert.equal(existsSync(join(dataDir, "initial-password")), false);
  await assert.rejects(ask({ ...first.settings, password: "wrong" }, "select 1"), { code: "28P01" });
  await ask(first.settings, "create table kept as select 7 as n");
  await first.stop();
  assert.equal(isRunning(first.pid), false);
  const second = await folder.start();
  assert.equal(second.adopted, false);
  assert.equal(await ask(second.settings, "select n from kept"), 7);
  if (asRoot) assert.equal(statSync(join(dataDir, "data")).uid, 65_534);
});

test("a server left running is taken over; one that was killed is started again", async () => {
  await folder.furnish();
  const first = await folder.start();
  const second = await folder.start();
  assert.deepEqual([second.pid, second.adopted], [first.pid, true]);
  process.kill(first.pid, "SIGKILL");
  const third = await folder.start();
  assert.equal(third.adopted, false);
  assert.notEqual(third.pid, first.pid);
  assert.equal(await ask(third.settings, "select 1"), 1);
});

test("three starts at once make one server", async () => {
  const servers = await Promise.all([folder.start(), folder.start(), folder.start()]);
  assert.equal(new Set(servers.map((server) => server.pid)).size, 1);
  assert.equal(servers.filter((server) => !server.adopted).length, 1);
});

test("a left-over server that does not answer for a while is waited for", async () => {
  await folder.furnish();
  const first = await folder.start();
  process.kill(first.pid, "SIGSTOP");
  const wake = setTimeout(() => process.kill(first.pid, "SIGCONT"), 200);
  const second = await folder.start({ startTimeoutMs: 20_000 });
  clearTimeout(wake);
  assert.equal(await ask(second.settings, "select 1"), 1);
});

test("a number in postmaster.pid that belongs to another process now is not taken for the server, and not signalled", async () => {
  await folder.furnish();
  writeFileSync(join(dataDir, "data", "postmaster.pid"), `${process.pid}\n${join(dataDir, "data")}\n0\n5432\n\n\n\n`);
  const second = await folder.start();
  assert.equal(second.adopted, false);
  assert.equal(readPostmasterFile(join(dataDir, "data"))?.pid, second.pid);
});

test("an initialisation that was cut short is begun again", async () => {
  await folder.furnish();
  rmSync(join(dataDir, "data"), { recursive: true });
  mkdirSync(join(dataDir, "data.new"));
  writeFileSync(join(dataDir, "data.new", "PG_VERSION"), "18\n");
  const second = await folder.start();
  assert.equal(await ask(second.settings, "select 1"), 1);
});

test("a stop ends an open transaction, and repeating it is nothing", async () => {
  await folder.furnish();
  const server = await folder.start();
  const client = new pg.Client({ ...server.settings, ssl: false });
  client.on("error", () => undefined);
  await client.connect();
  await client.query("begin; create table half (n integer)");
  await server.stop("fast", 10_000);
  await server.stop();
  assert.equal(isRunning(server.pid), false);
  await client.end().catch(() => undefined);
});

test("a folder that is not ours, of another version, without its password, or unwritable is refused by name and left alone", async () => {
  await folder.furnish();
  const theirs = join(folder.path, "theirs");
  mkdirSync(theirs);
  writeFileSync(join(theirs, "letter.txt"), "hello");
  await assert.rejects(folder.start({ dataDir: theirs }), { code: "folder_not_ours" });
  assert.equal(existsSync(join(theirs, "data")), false);

  writeFileSync(join(dataDir, "data", "PG_VERSION"), "12\n");
  await assert.rejects(folder.start(), { code: "data_version_mismatch", message: /PostgreSQL 12/ });
  writeFileSync(join(dataDir, "data", "PG_VERSION"), "18\n");
  rmSync(join(dataDir, "superuser-password"));
  await assert.rejects(folder.start(), { code: "credential_missing" });

  writeFileSync(join(folder.path, "file"), "");
  await assert.rejects(folder.start({ dataDir: join(folder.path, "file", "x") }), { code: "folder_not_writable" });
  await assert.rejects(folder.start({ dataDir: join(folder.path, "n"), binDir: "/nowhere" }), {
    code: "binaries_missing",
  });
});

test("a socket folder whose path is too long is refused, and without one named a short one is found", async () => {
  const deep = join(folder.path, "d".repeat(90));
  await assert.rejects(folder.start({ socketDir: deep }), { code: "socket_path_too_long" });
  const server = await folder.start({ dataDir: deep });
  assert.ok(server.settings.host.length < 80);
  assert.equal(await ask(server.settings, "select 1"), 1);
  rmSync(server.settings.host, { recursive: true, force: true });
});

test(
  "below a folder the server's user cannot enter, data and programs go where it can, and it is said",
  { skip: asRoot ? false : "only root runs the server as another user" },
  async () => {
    const closed = join(folder.path, "closed");
    mkdirSync(closed);
    chmodSync(closed, 0o700);
    const said: string[] = [];
    const options = { dataDir: join(closed, "postgresql"), notice: (text: string) => said.push(text) };
    const server = await folder.start(options);
    assert.match(String(await ask(server.settings, "show data_directory")), /\/reachable\/server-[0-9a-f]{16}\/data$/);
    assert.deepEqual(said.length, 1);
    assert.match(said[0] ?? "", /cannot enter .*closed; its data is kept in/);
    assert.equal((await folder.start(options)).adopted, true);
    assert.equal(said.length, 1);
  },
);

test("neither a statement nor a row of it reaches the server's log", async () => {
  await folder.furnish();
  const server = await folder.start();
  const canary = `canary_${process.hrtime.bigint()}`;
  await ask(server.settings, "create table t (n text primary key)");
  await ask(server.settings, `insert into t values ('${canary}')`);
  await assert.rejects(ask(server.settings, `insert into t values ('${canary}')`), { code: "23505" });
  await assert.rejects(ask(server.settings, `select '${canary}' from nowhere`), { code: "42P01" });
  const log = readFileSync(server.logFile, "utf8");
  assert.match(log, /duplicate key value/);
  assert.ok(!log.includes(canary));
});
