import type pg from "pg";
import { runMigration, type MigrationsRun } from "./migrate.ts";
import { appliedMigrations, whileMigrating } from "./migration-record.ts";
import { meterrMigrations, readMigrations, type MigrationSequence } from "./read-migrations.ts";

export interface RollbackOptions {
  sequence?: MigrationSequence;
  /** The number of the last migration to keep; 0 removes all of the sequence. */
  to: number;
}

/**
 * Runs the down files of a sequence, newest first, each in a transaction of its own. Their data is lost.
 * @throws DatabaseError as migrate
 */
export async function rollback(owner: pg.Pool, options: RollbackOptions): Promise<MigrationsRun> {
  const sequence = options.sequence ?? meterrMigrations;
  const files = readMigrations(sequence);
  return whileMigrating(owner, async (client) => {
    const applied = await appliedMigrations(client, sequence.name, files);
    const undone = files.filter(
      (file) => file.number > options.to && applied.some((row) => row.number === file.number),
    );
    undone.reverse();
    for (const migration of undone) await runMigration(client, sequence.name, migration, "down");
    return undone.map((migration) => `${sequence.name}/${migration.name}`);
  });
}
