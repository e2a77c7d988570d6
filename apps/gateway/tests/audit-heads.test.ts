import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { meterrMigrations } from "@meterr/database";
import { testDatabase } from "@meterr/database/testing";
import { auditLogMigrations } from "@meterr/module-audit-log";
import { createInstanceSigner, createKek, memoryKeystore, parseKek, verifyHead } from "@meterr/vault";
import { auditHeadFiles } from "../src/key-service/audit-head-files.ts";
import { auditHeadSigner } from "../src/key-service/audit-head-signer.ts";
import { AuditHeadRefused, headKeeper } from "../src/key-service/head-keeper.ts";

const database = await testDatabase({ sequences: [meterrMigrations, auditLogMigrations] });
const home = await mkdtemp(join(tmpdir(), "audit-heads-"));
after(async () => {
  await database.close();
  await rm(home, { recursive: true });
});
const pool = database.pools.gateway;
const kek = parseKek(createKek());
const signer = await createInstanceSigner({ kek, keystore: memoryKeystore() });

function parts() {
  const folder = join(home, randomUUID());
  const files = auditHeadFiles(folder);
  const heads = auditHeadSigner({ pool, signer, files });
  const reports: unknown[] = [];
  const keeper = headKeeper({ pool, files, signer: heads, report: (error) => void reports.push(error) });
  return { folder, files, heads, keeper, reports };
}

async function append(orgId: string): Promise<void> {
  const client = await database.pools.dashboard.connect();
  try {
    await client.query("begin");
    await client.query("select set_config('app.tenant_id', $1, true)", [orgId]);
    await client.query(
      "select append_audit_entry($1, 'session', 'u', 'Ann', 'virtual_key.minted', 'k', 'k', '{}', 'r', '')",
      [orgId],
    );
    await client.query("commit");
  } finally {
    client.release();
  }
}

/** As only a superuser can. */
async function tamper(text: string): Promise<void> {
  const client = await database.pools.admin.connect();
  try {
    await client.query("set session_replication_role = replica");
    await client.query("set search_path = meterr");
    await client.query(text);
  } finally {
    client.release(true);
  }
}

async function organisationWith(entries: number): Promise<string> {
  const { orgId } = await database.createOrganisation();
  for (let n = 0; n < entries; n++) await append(orgId);
  return orgId;
}

test("the head is signed, kept in a file only its owner reads, and signed again once the log has grown", async () => {
  const { folder, heads, files } = parts();
  const orgId = await organisationWith(2);
  const first = await heads.sign(orgId);
  assert.deepEqual([first?.seq, first?.refused], ["2", null]);
  const head = await verifyHead({ verifier: signer.verifier, org: orgId, signed: first?.signed ?? "" });
  assert.equal(head.seq, 2n);
  assert.equal((await readFile(join(folder, `${orgId}.jws`), "utf8")).trim(), first?.signed);
  assert.equal((await stat(join(folder, `${orgId}.jws`))).mode & 0o777, 0o600);
  assert.equal((await stat(folder)).mode & 0o777, 0o700);
  assert.deepEqual(await heads.sign(orgId), first, "an unchanged log keeps its head");
  await append(orgId);
  assert.equal((await heads.sign(orgId))?.seq, "3");
  assert.equal(await heads.lastSigned(orgId), 3n);
  assert.deepEqual(await readdir(folder), [`${orgId}.jws`]);
  assert.deepEqual(await files.organisations(), [orgId]);
});

test("an organisation without entries, and one that does not exist, have nothing to sign", async () => {
  const { heads } = parts();
  assert.equal(await heads.sign(await organisationWith(0)), null);
  assert.equal(await heads.sign(randomUUID()), null);
});

const REWRITINGS: readonly [string, string, string][] = [
  ["cut off", "delete from audit_log_entries where org_id = 'ORG' and seq = 3", "truncated"],
  ["emptied", "delete from audit_log_entries where org_id = 'ORG'", "truncated"],
  [
    "rewritten with fitting hashes",
    `do $$ declare e audit_log_entries; v bytea := decode(repeat('00', 32), 'hex'); begin
       for e in select * from audit_log_entries where org_id = 'ORG' order by seq loop
         e.actor_label := 'Mallory'; e.prev_hash := v; v := audit_log_hash(e);
         update audit_log_entries set actor_label = e.actor_label, prev_hash = e.prev_hash, hash = v
         where org_id = e.org_id and seq = e.seq;
       end loop; end $$`,
    "recomputed",
  ],
];
for (const [what, change, problem] of REWRITINGS) {
  test(`a log that was ${what} is not signed, however it grows afterwards, and the last head stays`, async () => {
    const { heads, keeper, reports } = parts();
    const orgId = await organisationWith(3);
    const before = await heads.sign(orgId);
    await tamper(change.replaceAll("ORG", orgId));
    const refused = await heads.sign(orgId);
    assert.deepEqual([refused?.signed, refused?.seq, refused?.refused?.problem], [before?.signed, "3", problem]);
    await append(orgId);
    await append(orgId);
    const still = await heads.sign(orgId);
    assert.equal(still?.signed, before?.signed);
    assert.ok(still?.refused);
    await keeper.round();
    const told = reports.filter((error) => error instanceof AuditHeadRefused && error.orgId === orgId);
    assert.equal(told.length, 1);
  });
}

test("an entry edited since the last head is found before it is signed", async () => {
  const { heads } = parts();
  const orgId = await organisationWith(1);
  await heads.sign(orgId);
  await append(orgId);
  await append(orgId);
  await tamper(`update audit_log_entries set actor_label = 'Mallory' where org_id = '${orgId}' and seq = 2`);
  assert.deepEqual((await heads.sign(orgId))?.refused, { problem: "edited", seq: "2" });
});

test("a first head is refused, too, when the chain does not hold", async () => {
  const { heads } = parts();
  const orgId = await organisationWith(3);
  await tamper(`delete from audit_log_entries where org_id = '${orgId}' and seq = 2`);
  assert.deepEqual(await heads.sign(orgId), { signed: null, seq: "0", refused: { problem: "missing", seq: "2" } });
});

test("a file that was tampered with, or holds another organisation's head, signs nothing", async () => {
  const { folder, heads } = parts();
  const [one, two] = [await organisationWith(1), await organisationWith(1)];
  const mine = await heads.sign(one);
  await heads.sign(two);
  for (const text of ["", "a.b.c", await readFile(join(folder, `${two}.jws`), "utf8")]) {
    await writeFile(join(folder, `${one}.jws`), text);
    await assert.rejects(heads.sign(one), { code: "signature_invalid" });
  }
  await writeFile(join(folder, `${one}.jws`), mine?.signed ?? "");
  assert.equal((await heads.sign(one))?.seq, "1");
});

test("an organisation's id that is no UUID names no file", async () => {
  const { files } = parts();
  await assert.rejects(files.read("../../etc/passwd"), TypeError);
  await assert.rejects(files.write("../x", "y"), TypeError);
});

test("a round signs every log that has grown and leaves the others alone", async () => {
  const { heads, keeper, reports } = parts();
  const [one, two] = [await organisationWith(2), await organisationWith(1)];
  await keeper.round();
  assert.deepEqual([await heads.lastSigned(one), await heads.lastSigned(two)], [2n, 1n]);
  await append(two);
  await keeper.round();
  assert.deepEqual([await heads.lastSigned(one), await heads.lastSigned(two)], [2n, 2n]);
  const mine = reports.filter((error) => error instanceof AuditHeadRefused && [one, two].includes(error.orgId));
  assert.deepEqual(mine, []);
});

test("many callers at once get heads that only ever go forward", async () => {
  const { heads } = parts();
  const orgId = await organisationWith(1);
  const answers = await Promise.all(
    Array.from({ length: 12 }, async (_, n) => {
      if (n % 3 === 0) await append(orgId);
      return heads.sign(orgId);
    }),
  );
  assert.ok(answers.every((answer) => answer?.refused === null));
  await heads.sign(orgId);
  assert.equal(await heads.lastSigned(orgId), 5n);
});

test("the keeper keeps time, and stops", async () => {
  const { files, heads } = parts();
  const orgId = await organisationWith(1);
  const { promise: signed, resolve } = Promise.withResolvers<void>();
  const watching = { ...heads, sign: (id: string) => heads.sign(id).finally(() => void (id === orgId && resolve())) };
  const keeper = headKeeper({ pool, files, signer: watching, everyMs: 1, report: () => undefined });
  keeper.start();
  await signed;
  await keeper.stop();
  assert.equal(await heads.lastSigned(orgId), 1n);
});
