import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import { emitEvent, jobKey, serviceAccount, type AuditEntry, type Sql } from "../src/index.ts";
import { nodeServe } from "../src/adapters/node-serve.ts";
import { fakeHost, manifestForTest } from "../src/testing/index.ts";
import { codeOf, thing } from "./thing-route.ts";

// What a handler does not wait for and what a sink rejects must end neither the process nor a promise.

/** What would have ended the process by the time the event loop has turned a few times. */
async function unhandled(work: () => Promise<unknown>): Promise<unknown[]> {
  const seen: unknown[] = [];
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  const note = (error: unknown): void => void seen.push(error);
  process.on("unhandledRejection", note);
  try {
    await work();
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
  } finally {
    process.off("unhandledRejection", note);
    for (const other of others) process.on("unhandledRejection", other);
  }
  return seen;
}

test("control: a rejection that nobody hears is seen here", async () => {
  const heard = await unhandled(async () => void Promise.reject(new Error("x")));
  assert.equal(heard.length, 1);
});

test("a query that fails and is not awaited fails the request, and nothing else", async () => {
  const host = fakeHost({ answer: () => Promise.reject(new Error("broken")) });
  const { send } = thing({
    host,
    handler: async ({ sql }) => {
      void sql.query("insert into things");
      return { status: 201 };
    },
  });
  const heard = await unhandled(async () => assert.equal((await send()).status, 500));
  assert.deepEqual(heard, []);
  assert.equal(host.events.includes("commit"), false);
});

test("a query after the end is refused, and nothing else happens", async () => {
  const late = Promise.withResolvers<Sql>();
  const { send, host } = thing({
    handler: async ({ sql }) => {
      late.resolve(sql);
      return { status: 201 };
    },
  });
  assert.equal((await send()).status, 201);
  const { query } = await late.promise;
  assert.deepEqual(await unhandled(async () => void query("insert into things")), []);
  assert.deepEqual(host.statements, []);
});

test("an audit entry that is not awaited is in the transaction all the same, and its failure rolls it back", async () => {
  const entries: AuditEntry[] = [];
  for (const broken of [false, true]) {
    const inner = fakeHost();
    const host = Object.assign(inner, {
      async audit(sql: Sql, _tenant: unknown, entry: AuditEntry) {
        // An audit log that looks something up first comes to its insert later than the handler to its end.
        for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
        if (broken) throw new Error("full");
        await sql.query("insert into audit", [entry]);
        entries.push(entry);
      },
    });
    const { send } = thing({
      host,
      handler: async ({ sql, audit }) => {
        await sql.query("insert into things");
        void audit({ action: "thing.made", subject: { type: "thing", id: "1" } });
        return { status: 201 };
      },
    });
    const heard = await unhandled(async () => assert.equal((await send()).status, broken ? 500 : 201));
    assert.deepEqual(heard, []);
    assert.equal(host.events.includes("commit"), !broken);
  }
  assert.equal(entries.length, 1);
});

test("sinks that reject are no louder than sinks that throw", async () => {
  const rejects = (): Promise<never> => Promise.reject(new Error("the sink is full"));
  // What a host without types hands in.
  const sink = rejects as unknown as () => void;
  const job = { name: "things.sweep", description: "Sweeps things." };
  const heard = await unhandled(async () => {
    const host = Object.assign(fakeHost(), { report: rejects, onEvent: rejects });
    const failing = { host, handler: () => Promise.reject(new Error("broken")) };
    assert.equal(await codeOf(await thing(failing).send()), "500 internal_error");
    const report = await jobKey({
      ...failing,
      manifest: manifestForTest([], { key_type: ["job"], jobs: [job], tables: ["job_runs"] }),
      name: job.name,
      serviceAccount: serviceAccount({
        id: "a",
        issuer: "worker",
        scope: [job.name],
        expiresAt: new Date("2100-01-01T00:00:00Z"),
        membership: async (tenantId) => ({ tenantId, subjectId: "", role: "", visibility: "tenant" }),
      }),
      tenants: () => ["one"],
      idempotencyKey: () => "k",
      timeout: { milliseconds: 1000 },
      retry: { attempts: 1, delayMs: () => 0 },
    })();
    assert.equal(report.outcome, "incomplete");
    emitEvent(sink, { event: "a.b" });
    // A promise of another realm, as test runners have them, is none of ours.
    emitEvent(() => runInNewContext("Promise.reject(new Error())"), { event: "a.b" });
    const serve = nodeServe(rejects, { maxBodyBytes: 1, hosts: ["site.test"], report: sink });
    const outgoing = { destroyed: true, writableFinished: true, on: () => 0, once: () => 0, destroy: () => 0 };
    const socket = { remoteAddress: "192.0.2.1" };
    const incoming = { method: "GET", url: "/", rawHeaders: ["host", "site.test"], socket, complete: true };
    await serve({ ...incoming, readableDidRead: false, iterator: () => assert.fail() }, outgoing as never);
  });
  assert.deepEqual(heard, []);
});

for (const [what, text] of [
  ["behind a comment", "/* then */ commit"],
  ["behind a line of comment", "-- then\n  commit"],
  ["behind another statement", "select 1; commit"],
  ["behind another and a comment", "select 1 ;/* * */ rollback"],
  ["in an older spelling", "abort"],
  ["behind a comment in a comment", "/* /* then */ */ commit"],
  ["behind a comment around a comment", "select 1; /* a /* b */ c */ commit"],
  ["behind a line that ends without a line feed", "-- then\rcommit"],
] as const) {
  test(`a handler does not end its transaction by a word ${what}`, async () => {
    const { send, host } = thing({
      handler: async ({ sql }) => {
        await sql.query(text);
        return { status: 201 };
      },
    });
    assert.equal((await send()).status, 500);
    assert.equal(host.statements.length, 0);
  });
}

test("a savepoint, and a word that only looks like an end, are no end", async () => {
  const { send } = thing({
    handler: async ({ sql }) => {
      for (const text of [
        "savepoint a",
        "rollback to savepoint a",
        "rollback to a",
        "release savepoint a",
        "select /* /* commit; */ */ 1",
        "select commit_id from commits; ",
        "insert into ends values ($1) -- commit",
      ]) {
        await sql.query(text);
      }
      return { status: 201 };
    },
  });
  assert.equal((await send()).status, 201);
});
