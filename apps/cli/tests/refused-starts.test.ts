import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { after, before, test } from "node:test";
import { homePaths } from "../src/home/paths.ts";
import { everythingIn } from "./support/everything-in.ts";
import { sharedMachine } from "./support/shared-machine.ts";
import { postgresPid } from "./support/up-process.ts";

const { meterr, behave, env, home } = await sharedMachine();
const paths = homePaths(home);
let untouched: Record<string, string>;

before(async () => {
  const up = meterr("up");
  await up.ready();
  up.process.kill("SIGTERM");
  assert.equal(await up.ended(), 0);
  untouched = everythingIn(home);
});
after(() => behave({}));

/** A start that is refused: its exit code, its words, and that nothing of it is left. */
async function refusedStart(expected: { code: number; says: RegExp[] }, further: Record<string, string> = {}) {
  const up = meterr.with(further, "up");
  assert.equal(await up.ended(), expected.code, up.errors());
  for (const words of expected.says) assert.match(up.errors(), words);
  assert.match(up.errors(), /^ {2}→ ./m, "it says what to do");
  assert.ok(!existsSync(paths.lock), "no lock is left");
  assert.equal(postgresPid(home), undefined, "no database is left running");
}

test("a port in use is named with the variable to change", async (t) => {
  const server = createServer().listen(Number(env["METERR_GATEWAY_PORT"]), "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const port = env["METERR_GATEWAY_PORT"];
  await refusedStart({
    code: 1,
    says: [new RegExp(`Port ${port}, which the gateway needs, is in use`), /set METERR_GATEWAY_PORT/],
  });
  assert.deepEqual(everythingIn(home), untouched);
});

test("a KEK that is not this instance's is refused before any process starts, from file and environment alike", async () => {
  const other = randomBytes(32).toString("base64url");
  const says = [/This KEK is not the one this instance was set up with/, /Put back the KEK from your backup/];
  const kek = readFileSync(paths.kek, "utf8");
  await refusedStart({ code: 78, says }, { METERR_KEK: other });
  assert.deepEqual(everythingIn(home), untouched);
  writeFileSync(paths.kek, `${other}\n`);
  await refusedStart({ code: 78, says });
  writeFileSync(paths.kek, "too short\n");
  await refusedStart({ code: 78, says: [/does not hold a KEK/] });
  writeFileSync(paths.kek, kek);
  assert.deepEqual(everythingIn(home), untouched);
});

test("a missing KEK is not replaced by a new one", async () => {
  renameSync(paths.kek, `${home}.kek`);
  await refusedStart({ code: 78, says: [/The KEK of this instance is missing/, /Restore it from your backup/] });
  assert.ok(!existsSync(paths.kek));
  renameSync(`${home}.kek`, paths.kek);
  assert.deepEqual(everythingIn(home), untouched);
});

test("a KEK others may read is refused with the command that mends it", async () => {
  chmodSync(paths.kek, 0o644);
  await refusedStart({ code: 78, says: [/can be read by other users/, new RegExp(`chmod 600 ${paths.kek}`)] });
  chmodSync(paths.kek, 0o600);
});

test("a missing keystore is not replaced by an empty one", async () => {
  renameSync(paths.keystore, `${home}.keystore`);
  await refusedStart({ code: 78, says: [/The keystore of this instance is missing/, /Restore the folder/] });
  assert.ok(!existsSync(paths.keystore));
  renameSync(`${home}.keystore`, paths.keystore);
  assert.deepEqual(everythingIn(home), untouched);
});

test("a database of another instance, and an emptied one, are not taken for this home's", async () => {
  const marker = readFileSync(paths.marker, "utf8");
  writeFileSync(paths.marker, JSON.stringify({ instance_id: "00000000-0000-4000-8000-000000000000" }));
  await refusedStart({ code: 78, says: [/The database belongs to the instance/, /must belong together/] });
  writeFileSync(paths.marker, marker);
  assert.deepEqual(everythingIn(home), untouched);

  renameSync(paths.database, `${home}.database`);
  await refusedStart({ code: 78, says: [/The database is empty, but/, /Restore the database from its backup/] });
  assert.deepEqual(everythingIn(home), untouched);
});

test("a child that refuses its settings fails the start with its words", async () => {
  // The database of the test above is gone for good; a new home would do as well, but this one is at hand.
  renameSync(paths.database, `${home}.emptied`);
  renameSync(`${home}.database`, paths.database);
  behave({ refuseWith: 78 });
  await refusedStart({ code: 78, says: [/refused its settings: \w+: this cannot be; correct it/, /Its log: /] });
});
