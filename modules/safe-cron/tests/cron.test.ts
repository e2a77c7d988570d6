import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import type { JobOptions } from "@meterr/runtime";
import {
  createSafeCron,
  dueInstant,
  safeCronData,
  type CronReport,
  type SafeCron,
  type SafeCronOptions,
  type Schedule,
  type Transaction,
} from "../src/index.ts";
import { effect, inTransaction, jobWorld } from "./support/world.ts";

let clock = new Date(0);
const world = await jobWorld(() => clock);
const { database, tenants, host } = world;
const data = safeCronData();
await database.pools.owner.query(`${data.up}; grant select, insert, update on cron_schedules to meterr_worker`);
after(() => database.close());

const time = (text: string): Date => new Date(`2026-06-01T${text}:00Z`);
beforeEach(async () => {
  clock = time("08:30");
  host.failures.length = 0;
  await database.pools.admin.query("truncate meterr.job_runs, meterr.effects, meterr.cron_schedules");
});

const transaction: Transaction = (work) => inTransaction(database.pools.worker, work);

/** Hourly, unless said otherwise; registered at 08:30. */
function cron(
  change: Partial<Schedule> = {},
  options: Partial<SafeCronOptions> = {},
  job: Partial<JobOptions> = {},
): SafeCron {
  const hourly = { name: "hourly", pattern: "0 * * * *", timeZone: "UTC", missed: "once" } as const;
  const schedule = { ...hourly, job: world.job({ idempotencyKey: dueInstant, ...job }), ...change };
  return createSafeCron({ host, transaction, schedules: [schedule], ...options });
}

const said = (reports: readonly CronReport[]): string[] =>
  reports.map(({ outcome, at }) => (at === null ? outcome : `${outcome} ${at.toISOString().slice(11, 16)}`));

/** The due instants whose effect stands, each once for every tenant. */
async function effects(): Promise<string[]> {
  const rows = await world.rows("effects");
  const instants = rows.map((row) => (row["at"] as Date).toISOString().slice(11, 16)).sort();
  const distinct = [...new Set(instants)];
  assert.equal(rows.length, distinct.length * tenants.length, "an effect stands more or less than once for a tenant");
  return distinct;
}

test("a schedule seen for the first time is due from then on, then runs once for each instant", async () => {
  const { tick } = cron();
  assert.deepEqual(said(await tick()), ["registered 08:30"]);
  assert.deepEqual(said(await tick()), ["idle"]);
  clock = time("09:00");
  assert.deepEqual(said(await tick()), ["ran 09:00"]);
  assert.deepEqual(said(await tick()), ["idle"]);
  clock = time("10:00");
  assert.deepEqual(said(await tick()), ["ran 10:00"]);
  assert.deepEqual(await effects(), ["09:00", "10:00"]);
});

const MISSED: readonly [string, Schedule["missed"], readonly string[], readonly string[]][] = [
  ["skip leaves them out", "skip", ["left out 12:00"], []],
  ["once makes the latest", "once", ["ran 12:00"], ["12:00"]],
  [
    "each makes them all, oldest first",
    { each: 10 },
    ["ran 09:00", "ran 10:00", "ran 11:00", "ran 12:00"],
    ["09:00", "10:00", "11:00", "12:00"],
  ],
  ["each makes no more than its bound", { each: 2 }, ["ran 11:00", "ran 12:00"], ["11:00", "12:00"]],
];
for (const [what, missed, reports, done] of MISSED) {
  test(`runs missed while nobody ran them: ${what}`, async () => {
    const { tick } = cron({ missed });
    await tick();
    clock = time("12:30");
    const found = await tick();
    assert.deepEqual(said(found.filter(({ outcome }) => outcome !== "idle")), reports);
    assert.deepEqual(await effects(), done);
    clock = time("13:00");
    assert.deepEqual(said(await tick()), ["ran 13:00"]);
  });
}

test("a run that is still under way is not overlapped, here or in another process, and its turn is not lost", async () => {
  const entered = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const slow = cron(
    {},
    {},
    {
      handler: async (context) => {
        await effect(context);
        entered.resolve();
        await release.promise;
      },
    },
  );
  const other = cron();
  await slow.tick();
  clock = time("09:00");
  const running = slow.tick();
  await entered.promise;
  assert.deepEqual(said(await slow.tick()), ["overlap"]);
  clock = time("10:00");
  assert.deepEqual(said(await other.tick()), ["overlap"]);
  release.resolve();
  // The look that was under way goes on to what came due meanwhile.
  assert.deepEqual(said(await running), ["ran 09:00", "ran 10:00"]);
  assert.deepEqual(said(await other.tick()), ["idle"]);
  assert.deepEqual(await effects(), ["09:00", "10:00"]);
});

test("of many runners at one instant exactly one runs it", async () => {
  const runners = Array.from({ length: 5 }, () => cron());
  await runners[0]?.tick();
  clock = time("09:00");
  const found = (await Promise.all(runners.map(({ tick }) => tick()))).flat();
  assert.equal(found.filter(({ outcome }) => outcome === "ran").length, 1);
  assert.deepEqual(await effects(), ["09:00"]);
});

test("a runner that dies after the work and before it is written down does nothing twice", async () => {
  const dying: Transaction = (work) =>
    transaction(async (sql) => {
      const result = await work(sql);
      const { rows } = await sql.query<{ pid: number }>("select pg_backend_pid() as pid");
      await database.pools.admin.query("select pg_terminate_backend($1, 5000)", [rows[0]?.pid]);
      return result;
    });
  const { tick } = cron();
  await tick();
  clock = time("09:00");
  assert.deepEqual(said(await cron({}, { transaction: dying }).tick()), ["failed"]);
  assert.deepEqual(await effects(), ["09:00"]);
  const [again] = await tick();
  assert.deepEqual(
    again?.job?.tenants.map(({ outcome }) => outcome),
    tenants.map(() => "already_done"),
  );
  assert.deepEqual(said(await tick()), ["idle"]);
  assert.deepEqual(await effects(), ["09:00"]);
});

test("when the lock is lost in the middle of a run, a second runner does only what is left", async () => {
  const entered = Promise.withResolvers<number>();
  const release = Promise.withResolvers<void>();
  let lockHolder = 0;
  const watched: Transaction = (work) =>
    transaction(async (sql) => {
      lockHolder = (await sql.query<{ pid: number }>("select pg_backend_pid() as pid")).rows[0]?.pid ?? 0;
      return work(sql);
    });
  const first = cron(
    {},
    { transaction: watched },
    {
      handler: async (context) => {
        await effect(context);
        if (context.tenant.id === tenants[1]) {
          entered.resolve(lockHolder);
          await release.promise;
        }
      },
    },
  );
  await first.tick();
  clock = time("09:00");
  const running = first.tick();
  await database.pools.admin.query("select pg_terminate_backend($1, 5000)", [await entered.promise]);
  const [second] = await cron().tick();
  assert.deepEqual(
    second?.job?.tenants.map(({ outcome }) => outcome),
    ["already_done", "in_progress", "done"],
  );
  release.resolve();
  assert.deepEqual(said(await running), ["failed"]);
  assert.deepEqual(await effects(), ["09:00"]);
});

test("a tenant that fails does not stop the schedule, and a job that could not list its tenants is due again", async () => {
  let broken = true;
  const failing = cron(
    {},
    {},
    {
      tenants: async () => (broken ? Promise.reject(new Error("down")) : tenants),
      handler: async (context) => {
        if (context.tenant.id === tenants[0]) throw new Error("no");
        await effect(context);
      },
    },
  );
  await failing.tick();
  clock = time("09:00");
  assert.deepEqual(said(await failing.tick()), ["not run 09:00"]);
  broken = false;
  const [ran] = await failing.tick();
  assert.deepEqual([ran?.outcome, ran?.job?.outcome], ["ran", "incomplete"]);
  assert.deepEqual(said(await failing.tick()), ["idle"]);
});

test("an hour that comes twice is run twice by elapsed time and once by the time of day", async () => {
  clock = new Date("2026-10-24T23:30:00Z");
  const zone = { timeZone: "Europe/Berlin", missed: { each: 9 } } as const;
  const elapsed = cron({ ...zone, name: "elapsed", pattern: "0 * * * *" });
  const daily = cron({ ...zone, name: "daily", pattern: "0 2 * * *" });
  await elapsed.tick();
  await daily.tick();
  clock = new Date("2026-10-25T02:30:00Z");
  // 02:00 summer time, 02:00 winter time, 03:00.
  assert.deepEqual(said(await elapsed.tick()), ["ran 00:00", "ran 01:00", "ran 02:00", "idle"].slice(0, 3));
  const [once, ...more] = await daily.tick();
  assert.deepEqual([once?.at?.toISOString(), more.length], ["2026-10-25T00:00:00.000Z", 0]);
});

test("a clock that is behind what was done runs nothing, and is told of", async () => {
  const { tick } = cron();
  await tick();
  clock = time("07:00");
  assert.deepEqual(said(await tick()), ["clock behind 08:30"]);
  assert.equal(host.failures.length, 1);
  assert.deepEqual(await effects(), []);
});

test("without a clock, or with the database down, nothing runs, it is told of, and the next look goes on", async () => {
  const down: Transaction = () => Promise.reject(Object.assign(new Error("x"), { code: "ECONNREFUSED" }));
  const { tick } = cron();
  await tick();
  clock = time("09:00");
  assert.deepEqual(said(await cron({}, { transaction: down }).tick()), ["failed"]);
  clock = new Date(Number.NaN);
  assert.deepEqual(said(await tick()), ["failed"]);
  assert.equal(host.failures.length, 2);
  clock = time("09:00");
  assert.deepEqual(said(await tick()), ["ran 09:00"]);
});

test("a row that somebody locks ends the look by its timeout, not the scheduler", async () => {
  const { tick } = cron();
  await tick();
  clock = time("09:00");
  const impatient: Transaction = (work) =>
    transaction((sql) =>
      work({
        query: (text, values) => sql.query(text.replace("'5000'", "'50'"), values),
      }),
    );
  await inTransaction(database.pools.owner, async (sql) => {
    await sql.query("lock table cron_schedules");
    assert.deepEqual(said(await cron({}, { transaction: impatient }).tick()), ["failed"]);
  });
  assert.deepEqual(said(await tick()), ["ran 09:00"]);
});

test("the loop looks, waits until something is due, and ends when it is stopped", async () => {
  const waits: number[] = [];
  const third = Promise.withResolvers<void>();
  const loop = cron(
    {},
    {
      wait: async (milliseconds, signal) => {
        waits.push(milliseconds);
        if (waits.length === 3) {
          third.resolve();
          await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
        }
        clock = [time("08:59"), time("09:00"), time("09:00")][waits.length - 1] ?? clock;
      },
    },
  );
  const running = loop.start();
  await third.promise;
  assert.deepEqual(waits, [60_000, 60_000, 60_000]);
  assert.deepEqual(await effects(), ["09:00"]);
  await running.stop();
});

test("a long run of one schedule holds up no other", async () => {
  const entered = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  const slow = world.job({
    idempotencyKey: dueInstant,
    handler: async ({ signal }) => {
      entered.resolve();
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    },
  });
  const quick = world.job({
    idempotencyKey: ({ at }) => `quick-${dueInstant({ at })}`,
    tenants: () => tenants.slice(0, 1),
    handler: async () => {
      await entered.promise;
      if (clock.getTime() === time("10:00").getTime()) done.resolve();
    },
  });
  const hourly = { pattern: "0 * * * *", timeZone: "UTC", missed: "once" } as const;
  const both = createSafeCron({
    host,
    transaction,
    schedules: [
      { ...hourly, name: "slow", job: slow },
      { ...hourly, name: "quick", job: quick },
    ],
    wait: async (_milliseconds, signal) => {
      if (signal.aborted) return;
      await entered.promise;
      clock = time("10:00");
    },
  });
  await both.tick();
  clock = time("09:00");
  const running = both.start();
  await done.promise;
  await running.stop();
});

test("stopping ends the run under way: its tenant is rolled back and the same run is due again", async () => {
  const entered = Promise.withResolvers<void>();
  const loop = cron(
    {},
    {},
    {
      handler: async (context) => {
        await effect(context);
        if (context.tenant.id !== tenants[1]) return;
        entered.resolve();
        await new Promise<void>((resolve) => context.signal.addEventListener("abort", () => resolve()));
      },
    },
  );
  await loop.tick();
  clock = time("09:00");
  const running = loop.start();
  await entered.promise;
  await running.stop();
  assert.equal((await world.rows("effects")).length, 1);
  const [ran] = await cron().tick();
  assert.deepEqual([ran?.outcome, ran?.job?.outcome], ["ran", "done"]);
  assert.deepEqual(await effects(), ["09:00"]);
});

test("the table goes down, leaving nothing, and boot refuses without it", async () => {
  const { owner, worker } = database.pools;
  await data.checkAssumptions({ query: (text, values) => worker.query<never>(text, [...(values ?? [])]) });
  await owner.query(data.down);
  const gone = data.checkAssumptions({ query: (text, values) => worker.query<never>(text, [...(values ?? [])]) });
  await assert.rejects(gone, { code: "assumptions_broken", message: /cron_schedules is not there/ });
  await owner.query(`${data.up}; grant select, insert, update on cron_schedules to meterr_worker`);
});
