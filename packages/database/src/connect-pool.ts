import pg from "pg";
import type { DatabaseSettings } from "./settings.ts";
import { tlsOptions } from "./tls.ts";

export interface PoolOptions {
  /** Connections at most; each process has its own pool per role. Default 10. */
  max?: number;
  /** Shown in pg_stat_activity. Default "meterr". */
  applicationName?: string;
  /** How long to wait for a connection before failing closed. Default 3,000 ms. */
  connectTimeoutMs?: number;
  /** How long an answer may take before the connection is taken for lost. Default: for ever, the server's own timeouts apart. */
  queryTimeoutMs?: number;
  /** Told when an idle connection is lost, e.g. when the server restarts; the pool replaces it by itself. */
  onConnectionLost?: () => void;
}

/**
 * A pool for one role. Nothing is connected until the first query.
 * bigint and numeric arrive as strings, timestamps as Date.
 * @throws DatabaseError tls_required
 */
export function connectPool(settings: DatabaseSettings, options: PoolOptions = {}): pg.Pool {
  const pool = new pg.Pool({
    host: settings.host,
    port: settings.port,
    database: settings.database,
    user: settings.user,
    password: settings.password,
    ssl: tlsOptions(settings),
    max: options.max ?? 10,
    application_name: options.applicationName ?? "meterr",
    connectionTimeoutMillis: options.connectTimeoutMs ?? 3_000,
    ...(options.queryTimeoutMs === undefined ? {} : { query_timeout: options.queryTimeoutMs }),
    idleTimeoutMillis: 30_000,
    keepAlive: true,
  });
  // Without a listener the loss of an idle connection would end the process.
  pool.on("error", () => options.onConnectionLost?.());
  return pool;
}
