import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { MigrationSequence } from "@meterr/database";
import type { OwnerPool } from "./prepare-database.ts";

export interface MigrationState {
  sequence: string;
  name: string;
  /** ISO 8601; null while it is not applied. */
  applied_at: string | null;
}

/** Every migration of this release, and when it was applied. */
export async function migrationStatus(
  owner: OwnerPool,
  sequences: readonly MigrationSequence[],
): Promise<MigrationState[]> {
  const { rows: found } = await owner.query<{ recorded: boolean }>(
    "select to_regclass('schema_migrations') is not null as recorded",
  );
  const applied = new Map<string, string>();
  if (found[0]?.recorded === true) {
    const { rows } = await owner.query<{ sequence: string; name: string; applied_at: Date }>(
      "select sequence, name, applied_at from schema_migrations",
    );
    for (const row of rows) applied.set(`${row.sequence}/${row.name}`, row.applied_at.toISOString());
  }
  return sequences.flatMap((sequence) =>
    namesIn(sequence).map((name) => ({
      sequence: sequence.name,
      name,
      applied_at: applied.get(`${sequence.name}/${name}`) ?? null,
    })),
  );
}

function namesIn({ folder }: MigrationSequence): string[] {
  return readdirSync(typeof folder === "string" ? folder : fileURLToPath(folder))
    .filter((file) => file.endsWith(".up.sql"))
    .map((file) => file.slice(0, -".up.sql".length))
    .sort();
}
