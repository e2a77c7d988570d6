import type pg from "pg";
import { DatabaseError } from "../errors.ts";
import { toDatabaseError } from "../query-error.ts";
import type { Migration } from "./read-migrations.ts";

export interface AppliedMigration {
  number: number;
  name: string;
  checksum: string;
}

/**
 * Runs `work` with one connection of the owner, alone: an advisory lock keeps a second migration waiting.
 * @throws DatabaseError database_unavailable, foreign_schema
 */
export async function whileMigrating<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  let client: pg.PoolClient;
  try {
    client = await pool.connect();
  } catch (error) {
    throw toDatabaseError(error);
  }
  try {
    await client.query("set lock_timeout = '60s'");
    await client.query("select pg_advisory_lock(hashtextextended('meterr.migrations', 0))");
    await client.query("set lock_timeout = '30s'");
    await ensureRecord(client);
    return await work(client);
  } catch (error) {
    throw toDatabaseError(error);
  } finally {
    // Closing the connection releases the lock, whatever state it is in.
    client.release(true);
  }
}

/** What is recorded of a sequence, checked against the files: an applied migration is never changed or unknown. */
export async function appliedMigrations(
  client: pg.PoolClient,
  sequence: string,
  known: readonly Migration[],
): Promise<AppliedMigration[]> {
  const { rows } = await client.query<AppliedMigration>(
    "select number, name, checksum from schema_migrations where sequence = $1 order by number",
    [sequence],
  );
  for (const row of rows) {
    const file = known.find((migration) => migration.number === row.number);
    if (file === undefined || file.name !== row.name) {
      throw new DatabaseError(
        "migration_unknown",
        `This database has migration ${row.name} of ${sequence}, which this release does not know. It belongs to a newer release.`,
      );
    }
    if (file.checksum !== row.checksum) {
      throw new DatabaseError(
        "migration_changed",
        `Migration ${row.name} of ${sequence} was changed after it was applied.`,
      );
    }
  }
  const highest = rows.at(-1)?.number ?? 0;
  const late = known.find((file) => file.number < highest && !rows.some((row) => row.number === file.number));
  if (late !== undefined) {
    throw new DatabaseError(
      "migration_invalid",
      `Migration ${late.name} of ${sequence} was added before one that this database already has; give it the next number.`,
    );
  }
  return rows;
}

async function ensureRecord(client: pg.PoolClient): Promise<void> {
  const { rows } = await client.query<{ schema: string | null; recorded: boolean; tables: number }>(
    `select current_schema() as schema, to_regclass('schema_migrations') is not null as recorded,
       (select count(*)::integer from pg_class where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p', 'v', 'm')) as tables`,
  );
  const found = rows[0];
  if (found?.schema !== "meterr") {
    throw new DatabaseError(
      "foreign_schema",
      "There is no schema meterr that this role may use; set up the roles first.",
    );
  }
  if (found.recorded) return;
  if (found.tables > 0) {
    throw new DatabaseError(
      "foreign_schema",
      "The schema meterr of this database holds tables that are not Meterr's. Give Meterr a database of its own.",
    );
  }
  await client.query(
    `create table schema_migrations (
       sequence text not null, number integer not null, name text not null, checksum text not null,
       applied_at timestamptz not null default now(), primary key (sequence, number))`,
  );
}
