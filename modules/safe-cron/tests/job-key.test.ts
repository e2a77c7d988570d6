import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, beforeEach, test } from "node:test";
import fc from "fast-check";
import { serviceAccount, type JobContext, type JobReport } from "@meterr/runtime";
import { effect, jobWorld, NOON } from "./support/world.ts";

const world = await jobWorld();
const { database, tenants, served, host, rows, job } = world;
const [one = "", two = "", three = ""] = tenants;
after(() => database.close());
beforeEach(async () => {
  for (const tenant of tenants) served.add(tenant);
  host.failures.length = 0;
  await database.pools.admin.query("truncate meterr.job_runs, meterr.effects");
});

const outcomes = (report: JobReport): Record<string, string> =>
  Object.fromEntries(report.tenants.map(({ tenantId, outcome }) => [tenantId, outcome]));
const all = (outcome: string): Record<string, string> => ({ [one]: outcome, [two]: outcome, [three]: outcome });
const failing =
  (tenantId: string, fail: (context: JobContext) => Promise<void>) =>
  async (context: JobContext): Promise<void> => {
    await effect(context);
    if (context.tenant.id === tenantId) await fail(context);
  };

test("each tenant's effect and its record are kept together, under that tenant", async () => {
  const report = await job()();
  assert.deepEqual(
    [report.outcome, report.idempotencyKey, outcomes(report)],
    ["done", NOON.toISOString(), all("done")],
  );
  const runs = await rows("job_runs");
  assert.deepEqual(
    runs.map((row) => [row["outcome"], row["run_id"], row["attempts"]]),
    tenants.map(() => ["done", report.runId, 1]),
  );
  assert.deepEqual(
    (await rows("effects")).map((row) => row["org_id"]),
    [...tenants].sort(),
  );
});

test("a tenant sees its own runs alone", async () => {
  await job()();
  const seen = await host.withTenant(
    await accountTenant(one),
    async (sql) => (await sql.query<{ org_id: string }>("select org_id from job_runs")).rows,
  );
  assert.deepEqual(seen, [{ org_id: one }]);
});

test("a second run with the same idempotency key does nothing, another key runs", async () => {
  await job()();
  // Not reached, rather than rolled back: what it does outside the database must not be repeated either.
  const unreached = job({ handler: () => assert.fail("the handler was reached") });
  assert.deepEqual(outcomes(await unreached()), all("already_done"));
  assert.equal(host.failures.length, 0);
  assert.equal((await rows("effects")).length, 3);
  const next = await job()({ at: new Date(NOON.getTime() + 1) });
  assert.deepEqual(outcomes(next), all("done"));
  assert.equal((await rows("effects")).length, 6);
});

test("a tenant that throws is rolled back, recorded and told of, and the rest go on; the next run tries it again", async () => {
  const secret = randomUUID();
  const report = await job({ handler: failing(two, async () => Promise.reject(new Error(secret))) })();
  assert.deepEqual([report.outcome, outcomes(report)], ["incomplete", { ...all("done"), [two]: "failed" }]);
  assert.equal(
    (await rows("effects")).some((row) => row["org_id"] === two),
    false,
  );
  const failed = (await rows("job_runs")).find((row) => row["org_id"] === two);
  assert.deepEqual([failed?.["outcome"], failed?.["code"]], ["failed", "handler_failed"]);
  assert.equal(host.failures.length, 1);
  assert.equal(JSON.stringify([report, failed]).includes(secret), false);
  assert.deepEqual(outcomes(await job()()), { ...all("already_done"), [two]: "done" });
});

test("a tenant that hangs is ended at its timeout by the signal, and the rest go on", async () => {
  let aborted = false;
  const hang = failing(two, async ({ signal }) => {
    const ended = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => ended.resolve());
    await ended.promise;
    aborted = true;
  });
  const report = await job({ timeout: { milliseconds: 300 }, handler: hang })();
  assert.deepEqual(outcomes(report), { ...all("done"), [two]: "timed_out" });
  assert.equal(aborted, true);
  assert.equal((await rows("effects")).length, 2);
  assert.equal((await rows("job_runs")).find((row) => row["org_id"] === two)?.["outcome"], "timed_out");
});

test("a handler that ignores the signal, in JavaScript or in a statement, is not waited for and keeps nothing", async () => {
  const never = Promise.withResolvers<void>();
  let kept: JobContext | null = null;
  const ways = [
    failing(two, () => never.promise),
    failing(two, async ({ sql }) => void (await sql.query("select pg_sleep(3600)"))),
    failing(two, (context) => {
      kept = context;
      return never.promise;
    }),
  ];
  for (const [index, handler] of ways.entries()) {
    const report = await job({ timeout: { milliseconds: 300 }, handler })({ at: new Date(index) });
    assert.deepEqual(outcomes(report), { ...all("done"), [two]: "timed_out" });
  }
  await assert.rejects(async () => kept?.sql.query("insert into effects select * from effects"), {
    code: "transaction_closed",
  });
  assert.equal(
    (await rows("effects")).some((row) => row["org_id"] === two),
    false,
  );
});

test("a tenant that disappears before its turn or in the middle of it is refused, and leaves no record", async () => {
  const before = await job({
    handler: async (context) => {
      served.delete(three);
      await effect(context);
    },
  })();
  assert.deepEqual(outcomes(before), { ...all("done"), [three]: "refused" });
  served.add(three);
  const during = await job({
    handler: failing(two, async () => {
      served.delete(two);
      throw Object.assign(new Error("its row is gone"), { code: "23503" });
    }),
  })({ at: new Date(0) });
  assert.deepEqual(outcomes(during), { ...all("done"), [two]: "refused" });
  assert.equal(
    (await rows("job_runs")).some((row) => row["org_id"] === two && row["outcome"] !== "done"),
    false,
  );
});

test("of two runners at once exactly one does each tenant", async () => {
  const entered = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const first = job({
    handler: async (context) => {
      await effect(context);
      entered.resolve();
      await release.promise;
    },
  })();
  await entered.promise;
  const second = await job()();
  release.resolve();
  assert.equal(second.tenants[0]?.outcome, "in_progress");
  assert.equal(second.outcome, "incomplete");
  assert.deepEqual(outcomes(await first), { [one]: "done", [two]: "already_done", [three]: "already_done" });
  const many = await Promise.all(Array.from({ length: 4 }, () => job()({ at: new Date(0) })));
  for (const tenant of tenants) assert.equal(many.filter((report) => outcomes(report)[tenant] === "done").length, 1);
  assert.equal((await rows("effects")).length, 6);
});

test("a runner that dies between effect and record leaves neither, and the next run does it", async () => {
  const killed = await job({
    retry: { attempts: 1, delayMs: () => 0 },
    handler: failing(two, async ({ sql }) => {
      const { rows: found } = await sql.query<{ pid: number }>("select pg_backend_pid() as pid");
      // The connection is cut, as by kill -9, once the effect has been written.
      await database.pools.admin.query("select pg_terminate_backend($1, 5000)", [found[0]?.pid]);
    }),
  })();
  assert.deepEqual([outcomes(killed)[two], outcomes(killed)[three]], ["failed", "done"]);
  assert.equal((await rows("effects")).length, 2);
  assert.deepEqual(outcomes(await job()()), { ...all("already_done"), [two]: "done" });
  assert.equal((await rows("effects")).length, 3);
});

test("a commit whose answer was lost is found to have gone through, and is not done twice", async () => {
  let lost = 0;
  const flaky = {
    ...host,
    withTenant: async <T>(...[tenant, work]: Parameters<typeof host.withTenant<T>>): Promise<T> => {
      const result = await host.withTenant(tenant, work);
      if (tenant.id === two && lost++ === 0) throw Object.assign(new Error("lost"), { code: "ECONNRESET" });
      return result;
    },
  };
  const report = await job({ host: flaky })();
  assert.deepEqual([report.outcome, outcomes(report), lost], ["done", all("done"), 1]);
  lost = 0;
  const last = await job({ host: flaky, retry: { attempts: 1, delayMs: () => 0 } })({ at: new Date(0) });
  assert.deepEqual(outcomes(last), all("done"));
  assert.equal((await rows("effects")).length, 6);
});

test("a failure that may pass is tried again, as often as the job says and no more", async () => {
  for (const [fails, outcome, attempts] of [
    [2, "done", 3],
    [3, "failed", 3],
  ] as const) {
    let left: number = fails;
    const handler = failing(two, async () => {
      if (left-- > 0) throw Object.assign(new Error("deadlock"), { code: "40P01" });
    });
    const report = await job({ handler })({ at: new Date(fails) });
    const turn = report.tenants.find(({ tenantId }) => tenantId === two);
    assert.deepEqual([turn?.outcome, turn?.attempts], [outcome, attempts]);
    assert.equal(
      (await rows("job_runs")).find((row) => row["org_id"] === two && row["key"] === new Date(fails).toISOString())?.[
        "attempts"
      ],
      attempts,
    );
  }
});

test("a swallowed failure of a query or of the audit log keeps nothing", async () => {
  const broken = { ...host, audit: async () => Promise.reject(new Error("the audit log is full")) };
  const swallow = failing(two, async ({ sql }) => void (await sql.query("select 1/0").catch(() => undefined)));
  const unaudited = failing(two, ({ audit }) =>
    audit({ action: "x.y", subject: { type: "x", id: "1" } }).catch(() => undefined),
  );
  assert.equal(outcomes(await job({ handler: swallow })())[two], "failed");
  assert.equal(outcomes(await job({ host: broken, handler: unaudited })({ at: new Date(0) }))[two], "failed");
  assert.equal(
    (await rows("effects")).some((row) => row["org_id"] === two),
    false,
  );
});

test("a run that is ended rolls back the tenant under way and starts no other", async () => {
  const stop = new AbortController();
  const report = await job({ handler: failing(two, async () => stop.abort()) })({ signal: stop.signal });
  assert.deepEqual(
    [report.outcome, outcomes(report)],
    ["interrupted", { [one]: "done", [two]: "interrupted", [three]: "interrupted" }],
  );
  assert.equal((await rows("effects")).length, 1);
  assert.deepEqual(outcomes(await job()()), { [one]: "already_done", [two]: "done", [three]: "done" });
});

test("an expired account, one without the scope, and one that cannot be asked reach no tenant", async () => {
  const base = { id: "a", issuer: "worker", scope: ["test.effect"], expiresAt: new Date("2100-01-01T00:00:00Z") };
  const serves = async (tenantId: string) => ({ tenantId, subjectId: "", role: "", visibility: "tenant" }) as const;
  const accounts = [
    [serviceAccount({ ...base, expiresAt: NOON, membership: serves }), "refused", "tenant_refused"],
    [serviceAccount({ ...base, scope: ["test.other"], membership: serves }), "refused", "tenant_refused"],
    [
      serviceAccount({ ...base, membership: () => Promise.reject(new Error("down")) }),
      "failed",
      "identity_unavailable",
    ],
  ] as const;
  for (const [account, outcome, code] of accounts) {
    const report = await job({ serviceAccount: account })();
    assert.deepEqual(
      report.tenants.map((turn) => [turn.outcome, turn.code]),
      tenants.map(() => [outcome, code]),
    );
  }
  assert.deepEqual([await rows("effects"), await rows("job_runs")], [[], []]);
});

test("a role that may not write the table of runs keeps no effect either", async () => {
  await database.pools.owner.query("revoke insert on job_runs from meterr_worker");
  try {
    const report = await job()();
    assert.deepEqual(
      report.tenants.map((turn) => [turn.outcome, turn.code, turn.recorded]),
      tenants.map(() => ["failed", "42501", false]),
    );
    assert.deepEqual(await rows("effects"), []);
  } finally {
    await database.pools.owner.query("grant insert on job_runs to meterr_worker");
  }
});

test("whatever goes wrong in whatever order, an effect stands exactly where its record says done, and never twice", async () => {
  const faults = ["none", "throws", "cut", "lost", "stopped"] as const;
  const turn = fc.record({ key: fc.integer({ min: 0, max: 1 }), victim: fc.nat(2), fault: fc.constantFrom(...faults) });
  const together = fc.array(turn, { minLength: 1, maxLength: 3 });
  const start = ({ key, victim, fault }: { key: number; victim: number; fault: (typeof faults)[number] }) => {
    const stop = new AbortController();
    const handler = async (context: JobContext): Promise<void> => {
      await effect(context);
      if (context.tenant.id !== tenants[victim]) return;
      if (fault === "throws") throw new Error("no");
      if (fault === "stopped") stop.abort();
      if (fault !== "cut") return;
      const { rows: found } = await context.sql.query<{ pid: number }>("select pg_backend_pid() as pid");
      await database.pools.admin.query("select pg_terminate_backend($1, 5000)", [found[0]?.pid]);
    };
    let lost = fault !== "lost";
    const withTenant = async <T>(...[tenant, work]: Parameters<typeof host.withTenant<T>>): Promise<T> => {
      const result = await host.withTenant(tenant, work);
      if (!lost && tenant.id === tenants[victim]) {
        lost = true;
        throw Object.assign(new Error("lost"), { code: "ECONNRESET" });
      }
      return result;
    };
    return job({ host: { ...host, withTenant }, handler })({ at: new Date(key), signal: stop.signal });
  };
  await fc.assert(
    fc.asyncProperty(fc.array(together, { minLength: 1, maxLength: 3 }), async (script) => {
      await database.pools.admin.query("truncate meterr.job_runs, meterr.effects");
      for (const runs of script) await Promise.all(runs.map(start));
      const name = (row: Record<string, unknown>, at: unknown): string => `${String(row["org_id"])} ${String(at)}`;
      const kept = (await rows("effects")).map((row) => name(row, (row["at"] as Date).toISOString()));
      const done = (await rows("job_runs"))
        .filter((row) => row["outcome"] === "done")
        .map((row) => name(row, row["key"]));
      assert.deepEqual(kept.sort(), done.sort());
      for (const key of [0, 1]) assert.equal((await job()({ at: new Date(key) })).outcome, "done");
      assert.equal((await rows("effects")).length, 2 * tenants.length);
    }),
    { numRuns: 20 },
  );
});

async function accountTenant(tenantId: string) {
  const account = serviceAccount({
    id: "reader",
    issuer: "test",
    scope: ["read"],
    expiresAt: new Date("2100-01-01T00:00:00Z"),
    membership: async () => ({ tenantId, subjectId: "", role: "", visibility: "tenant" }),
  });
  return account.tenant({ tenantId, scope: "read", now: NOON });
}
