import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DatabaseError } from "../errors.ts";

/** A folder of NNNN_name.up.sql and .down.sql files, run in the order of their numbers. */
export interface MigrationSequence {
  /** Under which the progress is recorded; never changed once released. */
  name: string;
  folder: string | URL;
}

export interface Migration {
  number: number;
  /** "0001_foundation" */
  name: string;
  up: string;
  down: string;
  /** SHA-256 of the up file, hex. */
  checksum: string;
}

/** Meterr's own tables, in this room's migrations folder. */
export const meterrMigrations: MigrationSequence = {
  name: "meterr",
  folder: new URL("../../migrations/", import.meta.url),
};

const fileName = /^(\d{4})_([a-z0-9_]+)\.(up|down)\.sql$/;
/** Each migration runs in a transaction of ours; plpgsql's own "begin" is not followed by a semicolon. */
const transactionControl = /^\s*(?:begin|start transaction|commit|rollback|end transaction)\s*;/im;

/** @throws DatabaseError migration_invalid */
export function readMigrations(sequence: MigrationSequence): Migration[] {
  const folder = typeof sequence.folder === "string" ? sequence.folder : fileURLToPath(sequence.folder);
  const files = readdirSync(folder)
    .filter((file) => file.endsWith(".sql"))
    .sort();
  const names = [...new Set(files.map((file) => file.replace(/\.(up|down)\.sql$/, "")))];
  let last = 0;
  return names.map((name) => {
    const number = Number(fileName.exec(`${name}.up.sql`)?.[1]);
    if (!(number > last)) throw invalid(sequence, name, "its name is not NNNN_name with a number of its own");
    last = number;
    const [up, down] = (["up", "down"] as const).map((direction) => {
      if (!files.includes(`${name}.${direction}.sql`))
        throw invalid(sequence, name, `its ${direction} file is missing`);
      const text = readFileSync(join(folder, `${name}.${direction}.sql`), "utf8");
      if (transactionControl.test(text)) throw invalid(sequence, name, "it begins or ends a transaction itself");
      return text;
    });
    if (up === undefined || down === undefined) throw invalid(sequence, name, "it is incomplete");
    return { number, name, up, down, checksum: createHash("sha256").update(up).digest("hex") };
  });
}

function invalid(sequence: MigrationSequence, name: string, why: string): DatabaseError {
  return new DatabaseError("migration_invalid", `Migration ${name} of ${sequence.name} is not usable: ${why}.`);
}
