import type { DatabaseSettings } from "@meterr/database";
import { takeHomeLock } from "../home/lock.ts";
import type { HomePaths } from "../home/paths.ts";
import { prepareHome } from "../home/prepare-home.ts";
import { readMarker, writeMarker } from "../home/marker.ts";
import type { ServerSettings } from "../settings/server-settings.ts";
import { CliError } from "../errors.ts";
import { startDatabase } from "./start-database.ts";

export interface BorrowOptions {
  settings: Pick<ServerSettings, "database" | "uidBase">;
  paths: HomePaths;
  uid: number | undefined;
  /** False: refuse while `meterr up` runs on this home. */
  whileRunning: boolean;
}

/**
 * Runs `work` with the database of this home: the operator's own server, the embedded one that
 * `meterr up` runs, or, when nothing runs, the embedded one started for this work alone.
 * @throws CliError `already_running`, `database_failed`, `configuration_refused`
 */
export async function borrowDatabase<Result>(
  { settings, paths, uid, whileRunning }: BorrowOptions,
  work: (admin: DatabaseSettings) => Promise<Result>,
): Promise<Result> {
  await prepareHome(paths, { uid });
  const lock = await takeHomeLock(paths.lock, paths.home).catch((error: unknown) => {
    if (whileRunning && error instanceof CliError && error.code === "already_running") return undefined;
    throw error;
  });
  try {
    if (lock !== undefined && (await readMarker(paths.marker)) === undefined) await writeMarker(paths.marker, null);
    if (settings.database !== undefined) return await work(settings.database);
    const server = await startDatabase({ dataDir: paths.database, uid, uidBase: settings.uidBase });
    try {
      return await work(server.settings);
    } finally {
      if (lock !== undefined) await server.stop();
    }
  } finally {
    await lock?.release();
  }
}
