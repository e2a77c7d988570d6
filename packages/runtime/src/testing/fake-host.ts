import type { AuditEntry, Failure, LimitRule, RuntimeHost, Sql } from "../host.ts";
import { isVerifiedTenant, type VerifiedTenant } from "../tenant/verified-tenant.ts";
import { fakeIdempotency, type IdempotencyRow } from "./fake-idempotency.ts";

/** What can be broken. Each makes the host fail as a real outage would. */
export const FAULTS = ["limiter", "clock", "address", "database", "query", "commit", "audit", "report"] as const;
export type Fault = (typeof FAULTS)[number];

export type QueryAnswer = { rows: unknown[]; rowCount: number | null };

export interface Statement {
  readonly tenant: VerifiedTenant;
  readonly text: string;
  readonly values: readonly unknown[];
}

export interface FakeHostOptions {
  /** Answers a module's queries. Default: no rows. */
  readonly answer?: (text: string, values: readonly unknown[]) => QueryAnswer | Promise<QueryAnswer>;
  readonly allowedOrigins?: readonly string[];
  readonly now?: () => Date;
}

export interface FakeHost extends RuntimeHost {
  /** Broken while in here. */
  readonly faults: Set<Fault>;
  /** In the order things happened: `limiter address`, `begin`, `query`, `audit`, `commit`, `rollback`. */
  readonly events: string[];
  /** Every statement that reached the database, the gates' own included. */
  readonly statements: Statement[];
  /** Audit entries of committed transactions. */
  readonly audits: AuditEntry[];
  readonly reports: Failure[];
  /** Buckets the limiter refuses: `address` or `tenant`. */
  readonly limited: Set<"address" | "tenant">;
  readonly idempotencyRows: Map<string, IdempotencyRow>;
  /** Empties the records; faults and idempotency rows stay. */
  forget(): void;
}

/** A host without a database, whose every part can be broken. For tests of routes. */
export function fakeHost(options: FakeHostOptions = {}): FakeHost {
  const faults = new Set<Fault>();
  const limited = new Set<"address" | "tenant">();
  const events: string[] = [];
  const statements: Statement[] = [];
  const audits: AuditEntry[] = [];
  const reports: Failure[] = [];
  const idempotencyRows = new Map<string, IdempotencyRow>();
  const locks = new Set<string>();

  function fail(fault: Fault): void {
    if (faults.has(fault)) throw Object.assign(new Error(`planted fault: ${fault}`), { code: "57P01" });
  }

  return {
    faults,
    limited,
    events,
    statements,
    audits,
    reports,
    idempotencyRows,
    allowedOrigins: options.allowedOrigins ?? ["https://site.test"],
    forget() {
      for (const record of [events, statements, audits, reports]) record.length = 0;
    },
    now() {
      fail("clock");
      return options.now?.() ?? new Date();
    },
    clientAddress() {
      fail("address");
      return "192.0.2.1";
    },
    report(failure) {
      reports.push(failure);
      fail("report");
    },
    limiter: {
      async consume(bucket: string, cost: number, rule: LimitRule) {
        const name = bucket.startsWith("address ") ? "address" : "tenant";
        events.push(`limiter ${name}`);
        fail("limiter");
        const allowed = !limited.has(name);
        const remaining = allowed ? rule.points - cost : 0;
        return { allowed, retryAfterSeconds: allowed ? 0 : rule.seconds, remaining, limit: rule.points };
      },
    },
    async audit(sql, _tenant, entry) {
      events.push("audit");
      fail("audit");
      await sql.query("insert into audit", [entry]);
    },
    async withTenant<T>(tenant: VerifiedTenant, fn: (sql: Sql) => Promise<T>): Promise<T> {
      if (!isVerifiedTenant(tenant)) throw new TypeError("Not a verified tenant.");
      events.push("begin");
      fail("database");
      const idempotency = fakeIdempotency(idempotencyRows, locks);
      const pendingAudits: AuditEntry[] = [];
      const query = async (text: string, values: readonly unknown[] = []): Promise<QueryAnswer> => {
        events.push("query");
        statements.push({ tenant, text, values });
        fail("query");
        if (text === "insert into audit") pendingAudits.push(values[0] as AuditEntry);
        return idempotency.answer(text, values) ?? (await options.answer?.(text, values)) ?? { rows: [], rowCount: 0 };
      };
      try {
        const result = await fn({ query: query as Sql["query"] });
        fail("commit");
        idempotency.commit();
        audits.push(...pendingAudits);
        events.push("commit");
        return result;
      } catch (error) {
        events.push("rollback");
        throw error;
      } finally {
        idempotency.release();
      }
    },
  };
}
