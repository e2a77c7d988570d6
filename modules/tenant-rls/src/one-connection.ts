import type { Sql } from "@meterr/runtime";
import { asked } from "./asked.ts";
import { TenantRlsError } from "./errors.ts";

const SAME = "select pg_backend_pid()::text || ' ' || transaction_timestamp()::text as same";

/**
 * Runs `work` in one transaction on this connection, and commits or rolls back. A pool would spread the statements
 * over connections, so that nothing is rolled back: it is refused with `not_one_connection` before any work.
 */
export async function inOneTransaction<T>(
  connection: Sql,
  end: "commit" | "rollback",
  work: () => Promise<T>,
): Promise<T> {
  // A pool of pg that is idle answers from one connection until somebody else comes, so it is known by its counters.
  if ("totalCount" in connection) refusePool();
  await asked(() => connection.query("begin"));
  try {
    await assertOne(connection);
    const result = await work();
    if (end === "commit") await asked(() => connection.query("commit"));
    else await asked(() => connection.query("rollback"));
    return result;
  } catch (error) {
    await connection.query("rollback").catch(() => undefined);
    throw error;
  }
}

/** Outside a transaction each statement has a start of its own; in one they share it. */
async function assertOne(connection: Sql): Promise<void> {
  const answers = new Set<string | undefined>();
  for (const _ of [1, 2, 3]) {
    const { rows } = await asked(() => connection.query<{ same: string }>(SAME));
    answers.add(rows[0]?.same);
  }
  if (answers.size !== 1 || answers.has(undefined)) {
    refusePool();
  }
}

function refusePool(): never {
  throw new TenantRlsError(
    "not_one_connection",
    "Give one connection of a pool (await pool.connect()), not the pool: a savepoint lives on one connection.",
  );
}
