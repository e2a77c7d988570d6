import type { Failure, LimitRule, RuntimeHost, Sql } from "../host.ts";
import { LOCK } from "../idempotency/idempotency-record.ts";
import type { VerifiedTenant } from "../tenant/verified-tenant.ts";

/**
 * What can be broken. Each makes the host fail as a real outage would; `defect` is a mistake instead, which no later
 * attempt mends, and `busy` has another request hold every Idempotency-Key.
 */
export const FAULTS = [
  "limiter",
  "clock",
  "address",
  "database",
  "query",
  "commit",
  "audit",
  "report",
  "defect",
  "busy",
] as const;
export type Fault = (typeof FAULTS)[number];

export interface FaultyHost extends RuntimeHost {
  /** Broken while in here. */
  readonly faults: Set<Fault>;
  /** Limits that refuse while in here. */
  readonly limited: Set<"address" | "tenant">;
  /** In the order things happened: `limiter address`, `begin`, `query`, `audit`, `commit`, `rollback`. */
  readonly events: string[];
  readonly reports: Failure[];
}

/** Any host, with every part breakable and its calls written down: for S5 over every route, real database included. */
export function faultyHost(inner: RuntimeHost): FaultyHost {
  const faults = new Set<Fault>();
  const limited = new Set<"address" | "tenant">();
  const events: string[] = [];
  const reports: Failure[] = [];

  function fail(fault: Fault): void {
    // admin_shutdown, as PostgreSQL says it.
    if (faults.has(fault)) throw Object.assign(new Error(`planted fault: ${fault}`), { code: "57P01" });
  }

  const watch = (sql: Sql): Sql => ({
    async query<Row>(text: string, values?: readonly unknown[]) {
      events.push("query");
      fail("query");
      if (faults.has("defect")) throw new TypeError("planted defect");
      if (faults.has("busy") && text === LOCK) return { rows: [{ locked: false } as Row], rowCount: 1 };
      return sql.query<Row>(text, values);
    },
  });

  return {
    faults,
    limited,
    events,
    reports,
    allowedOrigins: inner.allowedOrigins,
    now() {
      fail("clock");
      return inner.now();
    },
    clientAddress(request) {
      fail("address");
      return inner.clientAddress(request);
    },
    report(failure) {
      reports.push(failure);
      fail("report");
      inner.report(failure);
    },
    limiter: {
      async consume(bucket: string, cost: number, rule: LimitRule) {
        const name = bucket.startsWith("address ") ? "address" : "tenant";
        events.push(`limiter ${name}`);
        fail("limiter");
        if (!limited.has(name)) return inner.limiter.consume(bucket, cost, rule);
        return { allowed: false, retryAfterSeconds: rule.seconds, remaining: 0, limit: rule.points };
      },
    },
    async audit(sql, tenant, entry) {
      events.push("audit");
      fail("audit");
      await inner.audit(sql, tenant, entry);
    },
    async withTenant<T>(tenant: VerifiedTenant, fn: (sql: Sql) => Promise<T>): Promise<T> {
      events.push("begin");
      fail("database");
      try {
        const result = await inner.withTenant(tenant, async (sql) => {
          const value = await fn(watch(sql));
          // Before the real commit, so that nothing stands.
          fail("commit");
          return value;
        });
        events.push("commit");
        return result;
      } catch (error) {
        events.push("rollback");
        throw error;
      }
    },
  };
}
