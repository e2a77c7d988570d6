import { DatabaseError } from "../errors.ts";

/** The operating-system user the server runs as, when that is not our own. */
export interface ServerIdentity {
  uid: number;
  gid: number;
}

/** "nobody" on Linux and macOS's nearest; owns no file it was not given. */
const nobody = 65_534;

/**
 * PostgreSQL refuses to run as root, so root hands it to another user; everyone else runs it as themselves.
 * @throws DatabaseError unsupported_platform (Windows has no usable Unix sockets in Node), settings_invalid
 */
export function serverIdentity(wanted?: ServerIdentity): ServerIdentity | null {
  if (process.platform === "win32" || process.getuid === undefined) {
    throw new DatabaseError(
      "unsupported_platform",
      "The embedded PostgreSQL runs on Linux and macOS. On Windows set METERR_DATABASE_URL to a PostgreSQL server.",
    );
  }
  if (process.getuid() !== 0) return null;
  const identity = wanted ?? { uid: nobody, gid: nobody };
  if (identity.uid === 0) throw new DatabaseError("settings_invalid", "PostgreSQL cannot run as root.");
  return identity;
}
