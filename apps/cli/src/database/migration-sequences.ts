import { existsSync } from "node:fs";
import { meterrMigrations, type MigrationSequence } from "@meterr/database";

/** Portable modules that carry tables of their own, in the order in which they are applied. */
const portable = ["audit-log"];

/** Meterr's own tables first, then those of the portable modules. */
export function migrationSequences(): MigrationSequence[] {
  const carried = portable
    .map((name) => ({ name, folder: new URL(`../../../../modules/${name}/migrations/`, import.meta.url) }))
    .filter(({ folder }) => existsSync(folder));
  return [meterrMigrations, ...carried];
}
