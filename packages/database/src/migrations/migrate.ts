import type pg from "pg";
import { DatabaseError } from "../errors.ts";
import { appliedMigrations, whileMigrating } from "./migration-record.ts";
import { meterrMigrations, readMigrations, type Migration, type MigrationSequence } from "./read-migrations.ts";

export interface MigrateOptions {
  /** In this order; portable modules bring sequences of their own. Default: Meterr's tables alone. */
  sequences?: readonly MigrationSequence[];
}

/** "meterr/0001_foundation", in the order they were run. */
export type MigrationsRun = readonly string[];

/**
 * Applies what is missing, each migration in a transaction of its own; repeating it does nothing.
 * `owner` is a pool of meterr_owner.
 * @throws DatabaseError foreign_schema, migration_changed, migration_unknown, migration_invalid, migration_failed
 *   (nothing of the failed one remains), database_unavailable
 */
export async function migrate(owner: pg.Pool, options: MigrateOptions = {}): Promise<MigrationsRun> {
  const sequences = (options.sequences ?? [meterrMigrations]).map((s) => ({ name: s.name, files: readMigrations(s) }));
  return whileMigrating(owner, async (client) => {
    const run: string[] = [];
    for (const { name, files } of sequences) {
      const applied = await appliedMigrations(client, name, files);
      for (const migration of files.slice(applied.length)) {
        await runMigration(client, name, migration, "up");
        run.push(`${name}/${migration.name}`);
      }
    }
    return run;
  });
}

export async function runMigration(
  client: pg.PoolClient,
  sequence: string,
  migration: Migration,
  direction: "up" | "down",
): Promise<void> {
  try {
    await client.query("begin");
    // sql-not-constant: runs the numbered files of the source tree
    await client.query(migration[direction]);
    if (direction === "up") {
      await client.query("insert into schema_migrations (sequence, number, name, checksum) values ($1, $2, $3, $4)", [
        sequence,
        migration.number,
        migration.name,
        migration.checksum,
      ]);
    } else {
      await client.query("delete from schema_migrations where sequence = $1 and number = $2", [
        sequence,
        migration.number,
      ]);
    }
    await client.query("commit");
  } catch (cause) {
    await client.query("rollback").catch(() => undefined);
    const state = (cause as { code?: unknown }).code;
    throw new DatabaseError(
      "migration_failed",
      `Migration ${migration.name} of ${sequence} (${direction}) failed${typeof state === "string" ? ` with SQLSTATE ${state}` : ""}; nothing of it remains.`,
      { cause },
    );
  }
}
