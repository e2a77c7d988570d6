import assert from "node:assert/strict";
import { test } from "node:test";
import {
  jobKey,
  jobRunsTable,
  serviceAccount,
  supabaseClaim,
  type JobOptions,
  type VerifiedTenant,
} from "../src/index.ts";
import { fakeHost, manifestForTest, type FakeHostOptions } from "../src/testing/index.ts";

// What the database decides is tested against a real one, in modules/safe-cron/tests/job-key.test.ts.

const declared = { name: "things.sweep", description: "Sweeps things." };
const manifest = manifestForTest([], { key_type: ["job"], jobs: [declared], tables: ["job_runs"] });
const account = serviceAccount({
  id: "a1",
  issuer: "worker",
  scope: ["things.sweep"],
  expiresAt: new Date("2100-01-01T00:00:00Z"),
  membership: async (tenantId) => ({ tenantId, subjectId: "", role: "", visibility: "tenant" }),
});

const free: NonNullable<FakeHostOptions["answer"]> = (text) =>
  text.includes("pg_try_advisory") ? { rows: [{ locked: true }], rowCount: 1 } : { rows: [], rowCount: 1 };

function build(change: Partial<JobOptions> = {}) {
  return jobKey({
    host: fakeHost({ answer: free }),
    manifest,
    name: "things.sweep",
    serviceAccount: account,
    tenants: () => ["t1", "t2"],
    idempotencyKey: () => "k",
    timeout: { milliseconds: 1000 },
    retry: { attempts: 1, delayMs: () => 0 },
    handler: async () => undefined,
    ...change,
  });
}

// Checked by the compiler: each @ts-expect-error fails the type check once its line compiles.
export function aJobCannotGoWithoutItsGates(): void {
  build({
    handler: async ({ tenant, sql, ...context }) => {
      const known: VerifiedTenant = tenant;
      assert.ok(known);
      // @ts-expect-error: a verified tenant cannot be changed
      tenant.id = "t2";
      // @ts-expect-error: there is no way from a tenant's transaction to another tenant's
      assert.ok(context.host);
      await sql.query("select 1");
    },
  });
  // @ts-expect-error: an account is made by serviceAccount, not a name
  build({ serviceAccount: "worker" });
  const whole = {
    host: fakeHost(),
    manifest,
    name: "things.sweep",
    serviceAccount: account,
    tenants: () => [],
    idempotencyKey: () => "k",
    timeout: { milliseconds: 1 },
    retry: { attempts: 1, delayMs: () => 0 },
    handler: async () => undefined,
  };
  const { idempotencyKey: _key, ...unkeyed } = whole;
  // @ts-expect-error: what makes two runs the same is never left out
  jobKey(unkeyed);
  const { timeout: _timeout, ...endless } = whole;
  // @ts-expect-error: nor is the time a turn may take
  jobKey(endless);
}

const INVALID: readonly [string, Partial<JobOptions>][] = [
  ["a name that is none", { name: "Sweep Things" }],
  ["no timeout", { timeout: { milliseconds: 0 } }],
  ["a timeout that is no number", { timeout: { milliseconds: Number.NaN } }],
  ["an endless timeout", { timeout: { milliseconds: Number.POSITIVE_INFINITY } }],
  ["no attempt", { retry: { attempts: 0, delayMs: () => 0 } }],
  ["endless attempts", { retry: { attempts: Number.POSITIVE_INFINITY, delayMs: () => 0 } }],
  ["an account without an issuer", { serviceAccount: { ...account, issuer: "" } }],
];
for (const [what, change] of INVALID) {
  test(`a job with ${what} is refused at construction`, () => {
    assert.throws(() => build(change), { code: "job_invalid" });
  });
}

const DISAGREE: readonly [string, ReturnType<typeof manifestForTest>, RegExp][] = [
  ["is no job", { ...manifest, key_type: ["route"] }, /add "job" to key_type/],
  ["declares no such job", manifestForTest([], { key_type: ["job"], tables: ["job_runs"] }), /add \{ "name"/],
  ["declares it twice", manifestForTest([], { ...manifest, jobs: [declared, declared] }), /exactly once/],
  ["leaves out its runs", manifestForTest([], { key_type: ["job"], jobs: [declared] }), /add "job_runs" to tables/],
];
for (const [what, wrong, fix] of DISAGREE) {
  test(`a job whose key.json ${what} is refused, and the message says the fix`, () => {
    assert.throws(() => build({ manifest: wrong }), { code: "manifest_disagrees", message: fix });
  });
}

test("the compiler keeps a job behind its gates (see the function above)", () => {
  assert.equal(typeof aJobCannotGoWithoutItsGates, "function");
});

test("effect, record and commit of one tenant come in this order, each tenant in its own transaction", async () => {
  const host = fakeHost({ answer: free });
  const report = await build({ host, handler: async ({ sql }) => void (await sql.query("insert into things")) })();
  assert.equal(report.outcome, "done");
  assert.equal(host.events.filter((event) => event === "commit").length, 2);
  const texts = host.statements.filter(({ tenant }) => tenant.id === "t1").map(({ text }) => text.slice(0, 20));
  assert.deepEqual(texts.slice(-2), ["insert into things", "insert into job_runs"]);
});

test("a tenant listed twice, in whatever case, has one turn", async () => {
  const report = await build({ tenants: () => ["t1", "T1", "t1"] })();
  assert.deepEqual(
    report.tenants.map(({ tenantId }) => tenantId),
    ["t1"],
  );
});

test("what goes out with an idempotency key begins with the tenant", async () => {
  const keys: string[] = [];
  await build({ handler: async ({ idempotencyKey }) => void keys.push(idempotencyKey) })();
  assert.deepEqual(keys, ["t1:things.sweep:k", "t2:things.sweep:k"]);
});

const UNSTARTED: readonly [string, Partial<JobOptions>, string, number][] = [
  ["tenants that cannot be listed", { tenants: () => Promise.reject(new Error("down")) }, "tenants_unavailable", 0],
  [
    "a list of tenants that breaks off",
    {
      async *tenants() {
        yield "t1";
        throw new Error("down");
      },
    },
    "tenants_unavailable",
    1,
  ],
  ["an idempotency key with nothing in it", { idempotencyKey: () => "" }, "job_invalid", 0],
  ["an idempotency key that cannot be made", { idempotencyKey: () => assert.fail("no key") }, "handler_failed", 0],
];
for (const [what, change, code, turns] of UNSTARTED) {
  test(`${what}: the run has failed, says so, and never rejects`, async () => {
    const host = fakeHost({ answer: free });
    const report = await build({ host, ...change })();
    assert.deepEqual([report.outcome, report.tenants.length], ["failed", turns]);
    if (code !== "handler_failed") assert.equal(report.code, code);
    assert.equal(host.reports.length, 1);
  });
}

const unsettled = (): unknown => new Promise(() => undefined);
const ENTRIES: readonly [string, () => unknown][] = [
  ["an empty text", () => ""],
  ["a number", () => 7],
  ["null", () => null],
  ["nothing", () => undefined],
  ["an object", () => ({ id: "t1" })],
  ["a promise that rejects", () => Promise.reject(new Error("down"))],
  ["a promise that never settles", unsettled],
];
for (const [what, entry] of ENTRIES) {
  for (const paged of [false, true]) {
    test(`${what} in a list of tenants${paged ? " that comes in pages" : ""} is reported alone, and the others run`, async () => {
      const seen: Record<string, unknown>[] = [];
      const host = { ...fakeHost({ answer: free }), onEvent: (event: object) => void seen.push({ ...event }) };
      const list = ["t1", entry(), "t2"] as string[];
      const pages = list.values();
      const report = await build({
        host,
        tenants: () => (paged ? { [Symbol.asyncIterator]: () => ({ next: async () => pages.next() }) } : list),
      })();
      assert.deepEqual(report.tenants, [
        { tenantId: "t1", outcome: "done", attempts: 1, code: null, recorded: true },
        { tenantId: "", outcome: "failed", attempts: 0, code: "tenant_required", recorded: false },
        { tenantId: "t2", outcome: "done", attempts: 1, code: null, recorded: true },
      ]);
      assert.deepEqual([report.outcome, report.code], ["incomplete", null]);
      assert.equal(host.reports.length, 1);
      const turns = seen.filter(({ event }) => event === "job.turn_ended");
      assert.deepEqual(
        turns.map(({ tenant_id: tenantId, code }) => [tenantId, code]),
        [
          ["t1", undefined],
          [undefined, "tenant_required"],
          ["t2", undefined],
        ],
      );
    });
  }
}

for (const fault of ["clock", "database", "query", "commit", "report"] as const) {
  test(`with a broken ${fault} a run reports and commits nothing it should not`, async () => {
    const host = fakeHost({ answer: free });
    host.faults.add(fault);
    const report = await build({ host })();
    assert.equal(report.outcome, { clock: "failed", report: "done" }[fault as string] ?? "incomplete");
    assert.equal(host.events.includes("commit"), fault === "report");
  });
}

test("a database that never answers does not hold up the run", async () => {
  const never = Promise.withResolvers<never>();
  const host = { ...fakeHost(), withTenant: () => never.promise };
  const report = await build({ host, timeout: { milliseconds: 10 } })();
  assert.deepEqual(
    report.tenants.map(({ outcome, recorded }) => [outcome, recorded]),
    [
      ["timed_out", false],
      ["timed_out", false],
    ],
  );
});

test("an account that is never answered for, and a list that never comes, do not hold up the run", async () => {
  const never = Promise.withResolvers<never>();
  const short = { timeout: { milliseconds: 10 } };
  const silent = serviceAccount({
    id: "a1",
    issuer: "worker",
    scope: ["things.sweep"],
    expiresAt: new Date("2100-01-01T00:00:00Z"),
    membership: () => never.promise,
  });
  const unknown = await build({ ...short, serviceAccount: silent })();
  assert.deepEqual(
    unknown.tenants.map(({ outcome, code }) => [outcome, code]),
    Array.from({ length: 2 }, () => ["failed", "identity_unavailable"]),
  );
  const unlisted = await build({ ...short, tenants: () => never.promise })();
  assert.deepEqual([unlisted.outcome, unlisted.code], ["failed", "tenants_unavailable"]);
  let returned = false;
  const paged = {
    [Symbol.asyncIterator]: () => ({
      next: () => never.promise,
      return: async () => {
        returned = true;
        return { done: true as const, value: undefined };
      },
    }),
  };
  assert.equal((await build({ ...short, tenants: () => paged })()).code, "tenants_unavailable");
  assert.equal(returned, true);
});

test("a run that is ended while its tenants are listed is interrupted, however long the list would be", async () => {
  const stop = new AbortController();
  async function* endless() {
    for (let number = 0; ; number += 1) {
      if (number === 3) stop.abort();
      yield `t${number}`;
    }
  }
  const report = await build({ tenants: endless })({ signal: stop.signal });
  assert.equal(report.outcome, "interrupted");
  assert.ok(report.tenants.length <= 4);
});

test("a failure's message, and a code that might be a value, stay out of the report", async () => {
  for (const code of [undefined, "Some Value", "x".repeat(65), 7]) {
    const report = await build({ handler: () => Promise.reject(Object.assign(new Error("value"), { code })) })();
    assert.deepEqual(new Set(report.tenants.map((turn) => turn.code)), new Set(["handler_failed"]));
  }
});

test("the table of runs comes in both dialects, and its SQL goes down again", () => {
  const supabase = jobRunsTable({ tenant: supabaseClaim(), tenantType: "text" });
  assert.match(jobRunsTable().up, /force row level security/);
  assert.match(supabase.up, /org_id text not null/);
  assert.match(supabase.up, /auth\.jwt\(\) ->> 'org_id'/);
  assert.match(supabase.down, /drop table if exists job_runs;\n$/);
});
