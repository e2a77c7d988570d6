import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { createFileKeystore, openFileKeystore } from "../src/index.ts";

const RECORD = "aaaa.bbbb.cccc.dddd.eeee";
const posix = { skip: process.platform === "win32" ? "no POSIX modes on this system" : false };

async function freshFolder(t: TestContext): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), "keystore-"));
  t.after(() => rm(parent, { recursive: true }));
  return join(parent, "keystore");
}

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

test("folders are 0700 and files 0600, whatever the umask", posix, async (t) => {
  const folder = await freshFolder(t);
  const before = process.umask(0);
  t.after(() => void process.umask(before));
  const keystore = await createFileKeystore(folder);
  const org = randomUUID();
  await keystore.put(org, "a", RECORD);
  await keystore.replace(org, "a", RECORD, `${RECORD}f`);
  const modes = [await modeOf(folder), await modeOf(join(folder, org)), await modeOf(join(folder, org, "a.jwe"))];
  assert.deepEqual(modes, [0o700, 0o700, 0o600]);
});

test("only finished records are left behind by writing", async (t) => {
  const folder = await freshFolder(t);
  const keystore = await createFileKeystore(folder);
  const org = randomUUID();
  await keystore.put(org, "a", RECORD);
  await keystore.replace(org, "a", RECORD, `${RECORD}f`);
  await assert.rejects(keystore.put(org, "a", RECORD));
  assert.deepEqual(await readdir(join(folder, org)), ["a.jwe"]);
});

test("what a crash left half-written is no record, does not block the next write and goes with an erasure", async (t) => {
  const folder = await freshFolder(t);
  const keystore = await createFileKeystore(folder);
  const org = randomUUID();
  await mkdir(join(folder, org), { mode: 0o700 });
  await writeFile(join(folder, org, ".tmp-0123456789abcdef"), RECORD.slice(0, 7), { mode: 0o600 });
  assert.deepEqual([await keystore.list(org), await keystore.owners()], [[], []]);
  await keystore.put(org, "a", RECORD);
  assert.deepEqual(await keystore.list(org), ["a"]);
  await keystore.remove(org);
  assert.deepEqual(await readdir(folder), []);
});

test("an erasure interrupted after its first step is finished when the keystore is opened again", async (t) => {
  const folder = await freshFolder(t);
  const keystore = await createFileKeystore(folder);
  const org = randomUUID();
  await keystore.put(org, "a", RECORD);
  await rename(join(folder, org), join(folder, ".erased-0123456789abcdef"));
  const reopened = await openFileKeystore(folder);
  assert.equal(await reopened.get(org, "a"), null);
  assert.deepEqual(await readdir(folder), []);
});

test("a keystore outlives its process", async (t) => {
  const folder = await freshFolder(t);
  const org = randomUUID();
  await (await createFileKeystore(folder)).put(org, "a", RECORD);
  assert.equal(await (await openFileKeystore(folder)).get(org, "a"), RECORD);
  assert.equal(await (await createFileKeystore(folder)).get(org, "a"), RECORD);
});

test("a missing keystore is reported and not made on the way", async (t) => {
  const folder = await freshFolder(t);
  await assert.rejects(openFileKeystore(folder), { code: "keystore_missing" });
  await assert.rejects(stat(folder), { code: "ENOENT" });
});

test("a folder others can enter is refused", posix, async (t) => {
  const folder = await freshFolder(t);
  await createFileKeystore(folder);
  for (const mode of [0o750, 0o705, 0o770, 0o701]) {
    await chmod(folder, mode);
    await assert.rejects(openFileKeystore(folder), { code: "keystore_insecure" });
    await assert.rejects(createFileKeystore(folder), { code: "keystore_insecure" });
  }
});

test("a record others can read is refused", posix, async (t) => {
  const folder = await freshFolder(t);
  const keystore = await createFileKeystore(folder);
  const org = randomUUID();
  await keystore.put(org, "a", RECORD);
  await chmod(join(folder, org, "a.jwe"), 0o640);
  await assert.rejects(keystore.get(org, "a"), { code: "keystore_insecure" });
});

test("links are not followed: neither the folder's nor a record's", posix, async (t) => {
  const folder = await freshFolder(t);
  const keystore = await createFileKeystore(folder);
  const org = randomUUID();
  await keystore.put(org, "a", RECORD);
  await symlink(join(folder, org, "a.jwe"), join(folder, org, "b.jwe"));
  await assert.rejects(keystore.get(org, "b"), { code: "keystore_unavailable" });
  await symlink(folder, `${folder}-link`);
  await assert.rejects(openFileKeystore(`${folder}-link`), { code: "keystore_insecure" });
});

test("a file in the place of the folder, or a folder in the place of a record, is refused", posix, async (t) => {
  const folder = await freshFolder(t);
  await writeFile(folder, "");
  await assert.rejects(createFileKeystore(folder), { code: "keystore_insecure" });
  await rm(folder);
  const keystore = await createFileKeystore(folder);
  const org = randomUUID();
  await keystore.put(org, "a", RECORD);
  await mkdir(join(folder, org, "b.jwe"), { mode: 0o700 });
  await assert.rejects(keystore.get(org, "b"), { code: "keystore_insecure" });
});

test("failures name no path", async (t) => {
  const folder = await freshFolder(t);
  const failure: unknown = await createFileKeystore(join(folder, "deeper", "still")).catch((error: unknown) => error);
  assert.ok(failure instanceof Error);
  assert.ok(!`${failure.message} ${JSON.stringify(failure)}`.includes("keystore-"));
});
