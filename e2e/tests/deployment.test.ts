import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import OpenAI from "openai";
import { machineEnv, makeHome, pickPorts, run, startMachine, type Machine } from "../src/machine.ts";
import { startOwnPostgres, type OwnPostgres } from "../src/own-postgres.ts";
import { becomeOwner } from "../src/owner.ts";
import { poll } from "../src/poll.ts";
import { selfSigned, type SelfSigned } from "../src/self-signed.ts";

const asRoot = process.platform === "linux" && process.getuid?.() === 0;
let folder: string;
let postgres: OwnPostgres;
let tls: SelfSigned;
let machine: Machine;
let databaseUrl: string;

before(async () => {
  folder = await makeHome();
  postgres = await startOwnPostgres(folder);
  databaseUrl = await postgres.create("meterr");
  // As Certbot and its like leave it: a folder nobody but root may enter.
  const certificates = join(folder, "certificates");
  await mkdir(certificates, { mode: 0o700 });
  tls = await selfSigned(certificates, ["meterr.test", "localhost", "127.0.0.1"]);
  setDefaultCACertificates([...getCACertificates("default"), readFileSync(tls.certFile, "utf8")]);
});
after(async () => {
  await machine?.stop();
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

test("a database that holds a schema meterr of somebody else is refused and left as it was", async () => {
  const url = await postgres.create("theirs");
  await postgres.ask("theirs", "create schema meterr");
  await postgres.ask("theirs", "create table meterr.notes as select 'ours' as text");
  const refused = await refusedStart({ METERR_DATABASE_URL: url });
  assert.equal(refused.code, 78, refused.stderr);
  assert.match(refused.stderr, /The schema meterr in this database belongs to/);
  assert.match(refused.stderr, /→ Give Meterr a database of its own/);
  const tables = await postgres.ask(
    "theirs",
    "select schemaname, tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema')",
  );
  assert.deepEqual(tables, [{ schemaname: "meterr", tablename: "notes" }]);
});

test("on the operator's own PostgreSQL and behind its own TLS: from the first start to a metered call", async (t) => {
  t.diagnostic(`PostgreSQL ${postgres.version}`);
  const kekFile = join(folder, "kek");
  await writeFile(kekFile, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600 });
  const ports = await pickPorts();
  machine = await startMachine({
    home: folder,
    ports,
    env: {
      METERR_DATABASE_URL: databaseUrl,
      METERR_KEK_FILE: kekFile,
      METERR_TLS_CERT: tls.certFile,
      METERR_TLS_KEY: tls.keyFile,
      METERR_PUBLIC_URL: `https://meterr.test:${ports.dashboard}`,
      NODE_EXTRA_CA_CERTS: tls.certFile,
      // So that no test depends on what a registry says today.
      npm_config_registry: "http://127.0.0.1:9",
      npm_config_fetch_retries: "0",
    },
  });
  assert.ok(!existsSync(join(folder, "home", "postgres")), "no embedded database was made");
  await becomeOwner(machine);
  const { key } = await machine.json<{ key: string }>(["virtual-keys", "create", "--name", "tls", "--test"]);
  const client = new OpenAI({ apiKey: key, baseURL: `${machine.gateway}/openai/v1`, maxRetries: 0 });
  const { data, response } = await client.chat.completions
    .create({ model: "gpt-4o-mini", messages: [{ role: "user", content: "Say something." }] })
    .withResponse();
  assert.ok(data.choices[0]?.message.content);
  const id = response.headers.get("x-request-id");
  const event = await poll("the event", async () => {
    const page = await machine.json<{ items: { id: string; outcome: string }[] }>(["usage", "list"]);
    return page.items.find((item) => item.id === id) ?? null;
  });
  assert.equal(event.outcome, "settled");
});

test("plain HTTP gets no answer where TLS is set up", async () => {
  for (const port of [machine.ports.gateway, machine.ports.dashboard])
    await assert.rejects(fetch(`http://127.0.0.1:${port}/healthz`));
});

test(
  "the private key is never open to more than the process that needs it",
  { skip: asRoot ? false : "needs root" },
  () => {
    const copy = join(folder, "home", "run", "tls-gateway");
    assert.equal(statSync(copy).mode & 0o777, 0o500);
    assert.equal(statSync(join(copy, "private")).mode & 0o777, 0o400);
    assert.equal(statSync(join(copy, "private")).uid, 64_100);
  },
);

test("doctor --production finds this set-up fit to let others in, once somebody answers for the backups", async () => {
  interface Report {
    ok: boolean;
    checks: { check: string; status: string; detail: string }[];
  }
  const before = await machine.meterr(["doctor", "--production", "--json"]);
  assert.equal(before.code, 1);
  const problems = (text: string): string[] =>
    (JSON.parse(text) as Report).checks.filter(({ status }) => status === "problem").map(({ check }) => check);
  const shared = asRoot ? [] : ["distinct users"];
  assert.deepEqual(problems(before.stdout), [...shared, "backups"]);
  const then = await machine.meterr(["doctor", "--production", "--backups-arranged", "--json"]);
  assert.deepEqual(problems(then.stdout), shared, then.stdout);
  assert.equal(then.code, asRoot ? 0 : 1);
  const { checks } = JSON.parse(then.stdout) as Report;
  const unsure = checks.filter(({ status }) => status === "warning").map(({ check }) => check);
  assert.deepEqual(unsure, ["dependencies"], "an audit that could not be made is not taken for a clean one");
});

test("meterr audit-log verify vouches for the log, and names the first row that was changed behind Meterr's back", async () => {
  const before = await machine.meterr(["audit-log", "verify"]);
  assert.equal(before.code, 0, before.stderr);
  // Whoever owns the database can silence its triggers; only the signed head cannot be made to fit.
  await postgres.ask("meterr", "alter table meterr.audit_log_entries disable trigger all");
  const changed = await postgres.ask<{ seq: string }>(
    "meterr",
    "update meterr.audit_log_entries set actor_label = 'somebody else' where seq = 2 returning seq::text",
  );
  await postgres.ask("meterr", "alter table meterr.audit_log_entries enable trigger all");
  assert.deepEqual(changed, [{ seq: "2" }]);
  const after = await machine.meterr(["audit-log", "verify"]);
  assert.equal(after.code, 1);
  assert.match(after.stderr, /tampered with at entry 2 \(edited\)/);
});

test("another home on this server is refused, and the one that runs there is not locked out", async () => {
  const refused = await refusedStart({ METERR_DATABASE_URL: databaseUrl });
  assert.equal(refused.code, 78, refused.stderr);
  assert.match(refused.stderr, /already used by a Meterr of another home/);
  assert.match(refused.stderr, /→ Give this one a server of its own/);
  // Roles belong to the whole server: had their passwords been set anew, nobody could connect afresh.
  const doctor = await machine.json<{ checks: { check: string; status: string }[] }>(["doctor"]);
  assert.equal(doctor.checks.find(({ check }) => check === "database")?.status, "ok");
});

test("a database that cannot be reached, or lets nobody in, ends the start with what to check; the address is not repeated", async () => {
  const password = randomBytes(12).toString("hex");
  for (const [url, mend] of [
    [`postgresql://postgres:${password}@127.0.0.1:9/meterr`, /→ Check that the server of METERR_DATABASE_URL runs/],
    [databaseUrl.replace(/:[^:@/]+@/, `:${password}@`), /→ Correct the user and the password in METERR_DATABASE_URL/],
    [databaseUrl.replace("/meterr?", "/nowhere?"), /→ Make it first, for example with: createdb/],
  ] as const) {
    const refused = await refusedStart({ METERR_DATABASE_URL: url });
    assert.equal(refused.code, 1, refused.stderr);
    assert.match(refused.stderr, mend);
    assert.ok(!refused.stderr.includes(password) && !refused.stdout.includes(password));
  }
});

test("listening beyond this machine without TLS is refused before anything is made", async () => {
  const refused = await refusedStart({ METERR_HOST: "0.0.0.0", METERR_PUBLIC_URL: "https://meterr.test" }, (home) =>
    assert.ok(!existsSync(home)),
  );
  assert.equal(refused.code, 78);
  assert.match(refused.stderr, /METERR_HOST reaches beyond this machine without TLS/);
  assert.match(refused.stderr, /METERR_TLS_CERT and METERR_TLS_KEY, or METERR_BEHIND_TLS_PROXY=true/);
});

/** `meterr up` in a home of its own, which must end by itself. */
async function refusedStart(env: Record<string, string>, look: (home: string) => void = withoutVault) {
  const other = await makeHome();
  try {
    const ran = await run(["up"], machineEnv(other, await pickPorts(), env));
    look(join(other, "home"));
    return ran;
  } finally {
    await rm(other, { recursive: true, force: true });
  }
}

/** Nothing that could later be taken for an instance. */
function withoutVault(home: string): void {
  assert.ok(!existsSync(join(home, "keystore")) && !existsSync(join(home, "secrets", "kek")));
  assert.ok(!existsSync(join(home, "meterr.lock")));
}
