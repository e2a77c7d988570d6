import type { Events } from "./events/safe-event.ts";
import type { VerifiedTenant } from "./tenant/verified-tenant.ts";

/** What a `pg` client or pool fits. Values are always parameters; text is never built from input. */
export interface Sql {
  query<Row = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<{ rows: Row[]; rowCount: number | null }>;
}

/** At most `points` within a window of `seconds`; each limiter says where its windows begin. */
export interface LimitRule {
  readonly points: number;
  readonly seconds: number;
}

export interface LimitVerdict {
  readonly allowed: boolean;
  /** Seconds until a refused request may be tried again; when allowed, seconds until the quota is whole, or 0. */
  readonly retryAfterSeconds: number;
  readonly remaining: number;
  readonly limit: number;
}

/** Throwing means "cannot tell", which refuses the request with 503 `limiter_unavailable`. */
export interface RateLimiter {
  consume(bucket: string, cost: number, rule: LimitRule): Promise<LimitVerdict>;
}

/** What a module says about its own effect. */
export interface AuditEvent {
  /** For example `virtual_key.created`. */
  readonly action: string;
  readonly subject: { readonly type: string; readonly id: string };
  readonly details?: Readonly<Record<string, string | number | boolean | null>>;
}

/** What the gate adds to it: who, from where, in which request. */
export interface AuditEntry extends AuditEvent {
  readonly actor: { readonly kind: string; readonly id: string; readonly label: string };
  readonly requestId: string;
  readonly address: string;
}

export interface Failure {
  readonly error: unknown;
  readonly requestId: string;
  /** `METHOD /path/:pattern`. */
  readonly route: string;
}

/** Everything a KEY module needs from the application that mounts it. */
export interface RuntimeHost {
  /** Commits when `fn` resolves, rolls back when it rejects, and then rejects with the same error. */
  withTenant<T>(tenant: VerifiedTenant, fn: (sql: Sql) => Promise<T>): Promise<T>;
  readonly limiter: RateLimiter;
  now(): Date;
  /** Writes in the given transaction; throwing rolls the effect back. */
  audit(sql: Sql, tenant: VerifiedTenant, entry: AuditEntry): Promise<void>;
  /** Told of every failure that became a 5xx. Never awaited, never trusted not to throw. */
  report(failure: Failure): void;
  /**
   * Told, in fields that are safe to log, of every answer (`route.answered`), of each webhook whose signature held
   * (`webhook.answered`), of each tenant's turn in a job (`job.turn_ended`) and of each run (`job.ended`).
   */
  readonly onEvent?: Events;
  clientAddress(request: Request): string;
  /** The site's own origins: a write with a session cookie must come from one of them. */
  readonly allowedOrigins: readonly string[];
}
