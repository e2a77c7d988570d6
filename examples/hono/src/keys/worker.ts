import { serviceAccount } from "@meterr/runtime";
import pg from "pg";
import { createSafeCron } from "#modules/safe-cron/esm/index.js";
import { dailyCounts, JOB } from "./daily-counts/daily-counts.ts";
import { parcelsHost, sqlOf } from "./host.ts";

// node src/keys/worker.ts [--once]: the schedules, on as many machines as you like.
const DAY_MS = 86_400_000;
const db = new pg.Pool({ connectionString: process.env["WORKER_DATABASE_URL"] ?? "", max: 4 });
db.on("error", () => undefined);
const host = parcelsHost(db, "");

const account = serviceAccount({
  id: "parcels-worker",
  issuer: "worker",
  scope: [JOB],
  expiresAt: new Date(Date.now() + 365 * DAY_MS),
  membership: async (tenantId) => {
    const { rowCount } = await db.query("select from shops where id = $1", [tenantId]);
    return rowCount === 1 ? { tenantId, subjectId: "", role: "worker", visibility: "tenant" } : null;
  },
});
const shops = async (): Promise<string[]> =>
  (await db.query<{ id: string }>("select id from shops order by id")).rows.map(({ id }) => id);

const cron = createSafeCron({
  host,
  async transaction(work) {
    const client = await db.connect();
    try {
      await client.query("begin");
      const result = await work(sqlOf(client));
      await client.query("commit");
      client.release();
      return result;
    } catch (error) {
      client.release(true);
      throw error;
    }
  },
  schedules: [
    {
      name: "daily-counts",
      pattern: "15 0 * * *",
      timeZone: "UTC",
      missed: "once",
      job: dailyCounts({ host, account, shops }).job,
    },
  ],
});

if (process.argv.includes("--once")) {
  const reports = await cron.tick();
  process.stdout.write(`${JSON.stringify(reports.map(({ schedule, outcome }) => ({ schedule, outcome })))}\n`);
  await db.end();
} else {
  const running = cron.start();
  process.once("SIGTERM", () => void running.stop().then(() => db.end()));
}
