import type pg from "pg";
import { DatabaseError } from "./errors.ts";
import { toDatabaseError } from "./query-error.ts";

/**
 * That the server is new enough, writable, and reached directly: behind a transaction pooler a session's settings,
 * advisory locks and LISTEN do not stay with the client.
 * @throws DatabaseError server_too_old, not_direct, database_unavailable
 */
export async function assertDirect(pool: pg.Pool): Promise<void> {
  let client: pg.PoolClient;
  try {
    client = await pool.connect();
  } catch (error) {
    throw toDatabaseError(error);
  }
  try {
    const mark = `meterr_${process.pid}_${performance.now()}`;
    await client.query("select set_config('app.direct', $1, false)", [mark]);
    const { rows } = await client.query<{ version: number; standby: boolean; mark: string | null; pid: number }>(
      `select current_setting('server_version_num')::integer as version, pg_is_in_recovery() as standby,
         current_setting('app.direct', true) as mark, pg_backend_pid() as pid`,
    );
    const found = rows[0];
    if (found === undefined || found.version < 150_000) {
      throw new DatabaseError("server_too_old", "Meterr needs PostgreSQL 15 or newer.");
    }
    // The process number a server announces at log-in is the pooler's own when there is one between.
    const announced = (client as unknown as { processID?: number }).processID;
    if (found.standby || found.mark !== mark || (announced !== undefined && announced !== found.pid)) {
      throw new DatabaseError(
        "not_direct",
        "The database must be a writable server reached directly, not a standby and not through a transaction pooler.",
      );
    }
  } catch (error) {
    throw toDatabaseError(error);
  } finally {
    client.release(true);
  }
}
