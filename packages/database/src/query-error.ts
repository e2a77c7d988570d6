import { DatabaseError } from "./errors.ts";

/**
 * A statement the server refused. `code` is the SQLSTATE, as with a bare `pg` pool, so that portable code can
 * compare it ("23505"). PostgreSQL's own message and detail may carry row content and are left out.
 */
export class QueryError extends DatabaseError {
  override readonly code: string;
  readonly constraint: string | undefined;
  readonly table: string | undefined;
  readonly column: string | undefined;

  constructor(sqlState: string, at: { constraint?: string; table?: string; column?: string; retryable: boolean }) {
    const where = at.constraint ?? at.table;
    super("query_failed", `The database refused a statement (SQLSTATE ${sqlState}${where ? `, ${where}` : ""}).`, {
      retryable: at.retryable,
    });
    this.name = "QueryError";
    this.code = sqlState;
    this.constraint = at.constraint;
    this.table = at.table;
    this.column = at.column;
  }
}

interface PgError {
  code?: unknown;
  constraint?: string;
  table?: string;
  column?: string;
  severity?: unknown;
}

const lost = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOENT",
  "EPIPE",
  "ETIMEDOUT",
  "EACCES",
  "EHOSTUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
]);

/**
 * Any failure of `pg` as one of ours: QueryError for what the server refused, `database_unavailable` (retryable) when
 * there is no server to ask, it is starting or stopping, or has no connection left. Ours pass through.
 */
export function toDatabaseError(error: unknown): DatabaseError {
  if (error instanceof DatabaseError) return error;
  const found = (error ?? {}) as PgError;
  const code = typeof found.code === "string" ? found.code : "";
  if (isSqlState(code)) {
    // 08 connection, 53 resources, 57P0x shutdown or start-up: nobody was asked, or the answer is lost.
    if (/^(08|53|57P0)/.test(code)) return unavailable(code);
    return new QueryError(code, {
      retryable: code === "40001" || code === "40P01" || code === "55P03" || code === "57014",
      ...(found.constraint === undefined ? {} : { constraint: found.constraint }),
      ...(found.table === undefined ? {} : { table: found.table }),
      ...(found.column === undefined ? {} : { column: found.column }),
    });
  }
  if (lost.has(code)) return unavailable(code);
  const message = error instanceof Error ? error.message : "";
  if (/connection terminated|timeout|connection error|not queryable|ended/i.test(message))
    return unavailable("connection lost");
  return new DatabaseError("query_failed", "The database client failed.", {
    cause: error instanceof Error ? error.name : undefined,
  });
}

function isSqlState(code: string): boolean {
  return /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]{4}$/.test(code);
}

function unavailable(reason: string): DatabaseError {
  return new DatabaseError("database_unavailable", `The database cannot be reached (${reason}).`, { retryable: true });
}
