import {
  dataKey,
  jobKey,
  keyModule,
  parseManifest,
  transactionSetting,
  type DataKey,
  type JobHost,
  type JobKey,
  type KeyModule,
  type ServiceAccount,
} from "@meterr/runtime";
import { dueInstant } from "#modules/safe-cron/esm/index.js";
import manifestJson from "./key.json" with { type: "json" };

export const JOB = "parcels.count";

interface DailyCountsOptions {
  readonly host: JobHost;
  readonly account: ServiceAccount;
  /** The ids of all shops. */
  readonly shops: () => Promise<readonly string[]>;
}

/** Parcels' own KEY: a job, and the table it writes. */
export function dailyCounts({ host, account, shops }: DailyCountsOptions): { module: KeyModule; job: JobKey } {
  const manifest = parseManifest(manifestJson);
  const job = jobKey({
    host,
    manifest,
    name: JOB,
    serviceAccount: account,
    tenants: shops,
    idempotencyKey: dueInstant,
    timeout: { milliseconds: 30_000 },
    retry: { attempts: 3, delayMs: (attempt) => 500 * attempt },
    handler: async ({ sql, tenant, at }) => {
      await sql.query(
        `insert into daily_counts (shop_id, day, parcels, delivered)
         select $1::uuid, $2::date, count(*), count(*) filter (where status = 'delivered') from parcels where shop_id = $1`,
        [tenant.id, at.toISOString().slice(0, 10)],
      );
    },
  });
  return { job, module: keyModule({ manifest, jobs: [job], data: [dailyCountsData(manifest)] }) };
}

/** The table, going up and down. A second row for one day would be a second run. */
export function dailyCountsData(manifest = parseManifest(manifestJson)): DataKey {
  return dataKey({
    manifest,
    tables: [{ name: "daily_counts", tenantColumn: "shop_id" }],
    assumptions: { tenant: transactionSetting("app.tenant_id") },
    up: `create table daily_counts (
  shop_id uuid not null,
  day date not null,
  parcels integer not null check (parcels >= 0),
  delivered integer not null check (delivered >= 0),
  primary key (shop_id, day)
)`,
    down: "drop table daily_counts",
  });
}
