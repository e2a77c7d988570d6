import { DatabaseError } from "@meterr/database";
import { CliError } from "../errors.ts";

const foreign = new Set([
  "foreign_schema",
  "isolation_not_in_force",
  "not_direct",
  "server_too_old",
  "role_not_allowed",
]);
const folder = new Set([
  "folder_not_ours",
  "folder_not_writable",
  "data_version_mismatch",
  "socket_path_too_long",
  "credential_missing",
  "unsupported_platform",
  "binaries_missing",
]);

/** What keeps a connection out, by SQLSTATE (PostgreSQL's appendix A). */
const password = {
  message: "The database server does not let this user in.",
  next: "Correct the user and the password in METERR_DATABASE_URL, and look into the server's pg_hba.conf.",
};
const entries = new Map<string, { message: string; next: string }>([
  ["28P01", password],
  ["28000", password],
  [
    "3D000",
    {
      message: "The database named in METERR_DATABASE_URL does not exist.",
      next: "Make it first, for example with: createdb meterr",
    },
  ],
]);

/** A failure of the database room, told with what to do about it. */
export function asDatabaseFailure(error: unknown): unknown {
  if (!(error instanceof DatabaseError)) return error;
  if (foreign.has(error.code)) {
    return new CliError("not_our_database", error.message, {
      next: "Give Meterr a database of its own in METERR_DATABASE_URL, or correct what is named.",
      cause: error,
    });
  }
  if (folder.has(error.code)) {
    return new CliError("configuration_refused", error.message, {
      next: "Correct what is named, or set METERR_HOME to another folder.",
      cause: error,
    });
  }
  if (error.code === "migration_unknown" || error.code === "migration_changed") {
    return new CliError("not_our_database", error.message, {
      next: "This database was made by another version of Meterr: use that version, or restore a backup that this one made.",
      cause: error,
    });
  }
  const entry = entries.get(error.code);
  if (entry !== undefined) return new CliError("database_failed", entry.message, { next: entry.next, cause: error });
  const next =
    error.code === "database_unavailable"
      ? "Check that the server of METERR_DATABASE_URL runs and lets this machine in."
      : "Run: npx meterr doctor";
  return new CliError("database_failed", error.message, { next, cause: error });
}
