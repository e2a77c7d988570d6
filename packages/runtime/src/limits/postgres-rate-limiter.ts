import type { LimitRule, RateLimiter } from "../host.ts";
import { RuntimeError } from "../runtime-error.ts";
import { loadFlexible, type FlexibleOptions } from "./load-flexible.ts";
import { STORE_DEADLINE_MS, storedRateLimiter } from "./stored-rate-limiter.ts";

/** A `pg` pool fits. */
export interface LimitsPool {
  query(statement: { text: string; values?: unknown[] }): Promise<{ rows: unknown[]; rowCount: number | null }>;
}

export interface RateLimitTableOptions {
  /** Default: whatever the connection's `search_path` finds. */
  readonly schema?: string;
  /** Default `rate_limits`. */
  readonly table?: string;
}

export interface PostgresRateLimiterOptions extends RateLimitTableOptions {
  /** Its role may select, insert, update and delete in the table, and needs no more. */
  readonly pool: LimitsPool;
  /** Milliseconds a statement has. Default 1000. */
  readonly deadlineMs?: number;
}

export interface PostgresRateLimiter extends RateLimiter {
  /** Deletes counts that ended before `before`: run it now and then, by a job of the application. */
  forget(before: Date): Promise<void>;
}

const IDENTIFIER = /^[a-z_][a-z0-9_]{0,62}$/;
// What the package names its keys when it is not told otherwise is also its table's name.
const TABLE = "rate_limits";

/**
 * Counts in one table of PostgreSQL, shared by every process: at most `points` from a bucket's first request until
 * `seconds` later, when it starts anew. (Two such windows may meet: up to twice the points within `seconds` around
 * where they do. `memoryRateLimiter`, for one process, has no such edge.) A refused bucket is refused from memory.
 * Rejects with RuntimeError `peer_missing` without the package rate-limiter-flexible, `limits_invalid` on a bad name.
 */
export async function postgresRateLimiter(options: PostgresRateLimiterOptions): Promise<PostgresRateLimiter> {
  const { pool, schema, table = TABLE } = options;
  checkNames(options);
  const { RateLimiterPostgres } = await loadFlexible("postgresRateLimiter");
  const optionsFor = (rule: LimitRule): FlexibleOptions => ({
    storeClient: pool,
    storeType: "pool",
    keyPrefix: "",
    points: rule.points,
    duration: rule.seconds,
    inMemoryBlockOnConsumed: rule.points,
    ...(schema === undefined ? {} : { schemaName: schema }),
    tableName: table,
    // A migration's work: an application's role owns nothing, and nothing runs by a timer of its own.
    tableCreated: true,
    clearExpiredByTimeout: false,
  });
  const limiter = storedRateLimiter(
    (rule) => new RateLimiterPostgres(optionsFor(rule)),
    options.deadlineMs ?? STORE_DEADLINE_MS,
  );
  const cleaner = new RateLimiterPostgres(optionsFor({ points: 1, seconds: 1 }));
  return {
    consume: (bucket, cost, rule) => limiter.consume(bucket, cost, rule),
    forget: (before) => cleaner.clearExpired(before.getTime()),
  };
}

/**
 * The table's migration. Unlogged: counts lost in a crash of the server are of the last seconds, and no write waits for
 * its log. Throws RuntimeError `limits_invalid` on a name that would need quoting.
 */
export function rateLimitTable(options: RateLimitTableOptions = {}): { readonly up: string; readonly down: string } {
  checkNames(options);
  const { schema, table = TABLE } = options;
  const name = schema === undefined ? table : `${schema}.${table}`;
  const columns = "key varchar(255) primary key, points integer not null default 0, expire bigint";
  return {
    up: `create unlogged table ${name} (${columns});\ncreate index ${table}_expire on ${name} (expire);\n`,
    down: `drop table ${name};\n`,
  };
}

function checkNames({ schema, table }: RateLimitTableOptions): void {
  for (const name of [schema, table]) {
    if (name !== undefined && !IDENTIFIER.test(name)) {
      throw new RuntimeError("limits_invalid", "A schema and a table are named in lower case letters, digits and _.");
    }
  }
}
