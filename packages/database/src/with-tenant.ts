import { isVerifiedTenant, type Sql, type VerifiedTenant } from "@meterr/runtime";
import type pg from "pg";
import { DatabaseError } from "./errors.ts";
import { toDatabaseError } from "./query-error.ts";

const setTenant = {
  name: "meterr_set_tenant",
  text: "select set_config('app.tenant_id', $1, true), set_config('app.visibility', $2, true), set_config('app.subject_id', $3, true)",
};

/**
 * Runs `fn` in one transaction that sees the rows of this tenant and, with visibility "subject", of this member alone.
 * Commits when `fn` resolves, rolls back when it rejects and then rejects with the same error. `sql` is dead afterwards.
 * Statements of one transaction run one after another: a second before the first has answered is refused.
 * @throws DatabaseError tenant_not_verified, concurrent_query, transaction_over, transaction_aborted (a failed statement
 *   was caught and the work went on), database_unavailable; QueryError with the SQLSTATE in `code`
 */
export async function withTenant<T>(pool: pg.Pool, tenant: VerifiedTenant, fn: (sql: Sql) => Promise<T>): Promise<T> {
  if (!isVerifiedTenant(tenant)) {
    throw new DatabaseError(
      "tenant_not_verified",
      "Tenant rows are opened with a tenant the runtime verified, and nothing else.",
    );
  }
  return inTransaction(pool, fn, async (client) => {
    await client.query(setTenant, [tenant.id, tenant.visibility, tenant.subject ?? ""]);
  });
}

/** One transaction on one connection; `prepare` runs first, inside it. Not exported from this room: it names no tenant. */
export async function inTransaction<T>(
  pool: pg.Pool,
  fn: (sql: Sql) => Promise<T>,
  prepare: (client: pg.PoolClient) => Promise<void>,
): Promise<T> {
  let client: pg.PoolClient;
  try {
    client = await pool.connect();
  } catch (error) {
    throw toDatabaseError(error);
  }
  let broken = false;
  const onError = (): void => {
    broken = true;
  };
  client.on("error", onError);
  const guarded = guard(client);
  try {
    await translated(client.query("begin"));
    await translated(prepare(client));
    const result = await fn(guarded.sql);
    guarded.close();
    const { command } = await translated(client.query("commit"));
    if (command !== "COMMIT") {
      throw new DatabaseError(
        "transaction_aborted",
        "A statement of this transaction failed, so that nothing of it was kept.",
      );
    }
    return result;
  } catch (error) {
    guarded.abandon();
    await client.query("rollback").catch(() => {
      broken = true;
    });
    throw error;
  } finally {
    client.off("error", onError);
    client.release(broken ? true : undefined);
  }
}

interface Guard {
  sql: Sql;
  /** Ends the use of `sql`; throws when a statement was left running. */
  close(): void;
  abandon(): void;
}

function guard(client: pg.PoolClient): Guard {
  let pending = false;
  let over = false;
  const query = async (
    text: string,
    values?: readonly unknown[],
  ): Promise<{ rows: never[]; rowCount: number | null }> => {
    if (over) throw new DatabaseError("transaction_over", "The tenant's transaction has ended.");
    if (pending) {
      throw new DatabaseError("concurrent_query", "A statement of this transaction is still running; await it first.");
    }
    pending = true;
    try {
      // sql-not-constant: passes on the constant statement of the module that calls
      return await client.query<never>(text, values === undefined ? undefined : [...values]);
    } catch (error) {
      throw toDatabaseError(error);
    } finally {
      pending = false;
    }
  };
  return {
    sql: { query },
    close: () => {
      over = true;
      if (pending) {
        throw new DatabaseError("concurrent_query", "A statement was still running when the transaction's work ended.");
      }
    },
    abandon: () => {
      over = true;
    },
  };
}

async function translated<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw toDatabaseError(error);
  }
}
