import { randomUUID } from "node:crypto";
import { testDatabase, type TestDatabase } from "@meterr/database/testing";
import {
  jobKey,
  jobRunsTable,
  serviceAccount,
  type JobContext,
  type JobHost,
  type JobKey,
  type JobOptions,
  type Membership,
  type Sql,
} from "@meterr/runtime";
import { manifestForTest } from "@meterr/runtime/testing";

/** What a pool of `pg` is, as far as a host needs it. */
export interface Pool {
  connect(): Promise<{
    query: unknown;
    release(broken?: boolean): void;
    on(event: "error", listener: () => void): unknown;
    off(event: "error", listener: () => void): unknown;
  }>;
}

/** One transaction on one connection. */
export async function inTransaction<T>(pool: Pool, work: (sql: Sql) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  const sql = client as unknown as Sql;
  let broken = false;
  const lost = (): void => void (broken = true);
  client.on("error", lost);
  try {
    await sql.query("begin");
    const result = await work(sql);
    await sql.query("commit");
    return result;
  } catch (error) {
    await sql.query("rollback").catch(() => (broken = true));
    throw error;
  } finally {
    client.off("error", lost);
    client.release(broken);
  }
}

export interface JobWorld {
  readonly database: TestDatabase;
  readonly tenants: readonly string[];
  /** Served by the account; take one out and it is gone. */
  readonly served: Set<string>;
  readonly host: JobHost & { readonly failures: unknown[] };
  readonly rows: (table: "job_runs" | "effects") => Promise<Record<string, unknown>[]>;
  job(change?: Partial<JobOptions>): JobKey;
}

const EFFECTS = `
  create table effects (org_id uuid not null, at timestamptz not null, run_id uuid not null);
  alter table effects enable row level security;
  alter table effects force row level security;
  create policy tenant on effects using (org_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));
  grant select, insert, update on effects, job_runs to meterr_worker`;

/** The effect every job here has. */
export async function effect({ sql, tenant, at, runId }: JobContext): Promise<void> {
  await sql.query("insert into effects values ($1, $2, $3)", [tenant.id, at, runId]);
}

export const NOON = new Date("2026-03-01T12:00:00Z");

/** A database with the table of runs, three tenants, and a host as a worker would have it. */
export async function jobWorld(now: () => Date = () => NOON): Promise<JobWorld> {
  const database = await testDatabase();
  await database.pools.owner.query(jobRunsTable().up + EFFECTS);
  const tenants: string[] = [randomUUID(), randomUUID(), randomUUID()];
  const served = new Set<string>(tenants);
  const failures: unknown[] = [];
  const host: JobWorld["host"] = {
    failures,
    now,
    report: ({ error }) => void failures.push(error),
    audit: async () => undefined,
    withTenant: (tenant, work) =>
      inTransaction(database.pools.worker, async (sql) => {
        await sql.query("select set_config('app.tenant_id', $1, true)", [tenant.id]);
        return work(sql);
      }),
  };
  const manifest = manifestForTest([], {
    key_type: ["job"],
    jobs: [{ name: "test.effect", description: "Has an effect." }],
    tables: ["job_runs"],
  });
  const account = serviceAccount({
    id: "worker-1",
    issuer: "worker",
    scope: ["test.effect"],
    expiresAt: new Date("2100-01-01T00:00:00Z"),
    membership: async (tenantId): Promise<Membership | null> =>
      served.has(tenantId) ? { tenantId, subjectId: "", role: "", visibility: "tenant" } : null,
  });
  return {
    database,
    tenants,
    served,
    host,
    rows: async (table) => {
      const texts = {
        job_runs: "select * from meterr.job_runs order by org_id, key",
        effects: "select * from meterr.effects order by org_id, at",
      };
      return (await database.pools.admin.query(texts[table])).rows as Record<string, unknown>[];
    },
    job: (change = {}) =>
      jobKey({
        host,
        manifest,
        name: "test.effect",
        serviceAccount: account,
        tenants: async () => tenants,
        idempotencyKey: ({ at }) => at.toISOString(),
        timeout: { milliseconds: 10_000 },
        retry: { attempts: 3, delayMs: () => 0 },
        handler: effect,
        ...change,
      }),
  };
}
