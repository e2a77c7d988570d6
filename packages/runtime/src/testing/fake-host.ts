import type { AuditEntry, LimitRule, RuntimeHost, Sql } from "../host.ts";
import { isVerifiedTenant, type VerifiedTenant } from "../tenant/verified-tenant.ts";
import type { QueryAnswer } from "./query-answer.ts";
import { fakeClaims, type OpenClaims } from "./fake-claims.ts";
import { fakeIdempotency, type IdempotencyRow } from "./fake-idempotency.ts";
import { faultyHost, type FaultyHost } from "./faulty-host.ts";

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

export interface FakeHost extends FaultyHost {
  /** Every statement that reached the database, the gates' own included. */
  readonly statements: Statement[];
  /** Audit entries of committed transactions. */
  readonly audits: AuditEntry[];
  readonly idempotencyRows: Map<string, IdempotencyRow>;
  /** Webhooks claimed by committed transactions. */
  readonly claims: Set<string>;
}

const AUDIT = "insert into audit";

/** A host without a database, whose every part can be broken. For tests of routes. */
export function fakeHost(options: FakeHostOptions = {}): FakeHost {
  const statements: Statement[] = [];
  const audits: AuditEntry[] = [];
  const idempotencyRows = new Map<string, IdempotencyRow>();
  const locks = new Set<string>();
  const claims = new Set<string>();
  const openClaims: OpenClaims = new Map();

  const inner: RuntimeHost = {
    allowedOrigins: options.allowedOrigins ?? ["https://site.test"],
    now: () => options.now?.() ?? new Date(),
    clientAddress: () => "192.0.2.1",
    report: () => undefined,
    limiter: {
      consume: async (_bucket: string, cost: number, rule: LimitRule) => ({
        allowed: true,
        retryAfterSeconds: 0,
        remaining: rule.points - cost,
        limit: rule.points,
      }),
    },
    async audit(sql, _tenant, entry) {
      await sql.query(AUDIT, [entry]);
    },
    async withTenant<T>(tenant: VerifiedTenant, fn: (sql: Sql) => Promise<T>): Promise<T> {
      if (!isVerifiedTenant(tenant)) throw new TypeError("Not a verified tenant.");
      const idempotency = fakeIdempotency(idempotencyRows, locks);
      const claimed = fakeClaims(claims, openClaims);
      const entries: AuditEntry[] = [];
      const query = async (text: string, values: readonly unknown[] = []): Promise<QueryAnswer> => {
        statements.push({ tenant, text, values });
        if (text === AUDIT) entries.push(values[0] as AuditEntry);
        const own = idempotency.answer(text, values) ?? (await claimed.answer(text, values));
        return own ?? (await options.answer?.(text, values)) ?? { rows: [], rowCount: 0 };
      };
      try {
        const result = await fn({ query: query as Sql["query"] });
        idempotency.commit();
        claimed.commit();
        audits.push(...entries);
        return result;
      } finally {
        idempotency.release();
        claimed.release();
      }
    },
  };
  return { ...faultyHost(inner), statements, audits, idempotencyRows, claims };
}
