import { chmod, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { startEmbedded, type EmbeddedServer } from "@meterr/database";
import { accountsFrom, type Account } from "../separation/accounts.ts";
import { asDatabaseFailure } from "./as-cli-error.ts";

/** Owns no file it was not given. */
const nobody: Account = { uid: 65_534, gid: 65_534 };

export interface DatabasePlace {
  /** Its folder in the home. */
  dataDir: string;
  /** Of the user that runs this command. */
  uid: number | undefined;
  /** Of METERR_UID_BASE. */
  uidBase: number;
}

/**
 * Starts the embedded PostgreSQL, or takes over the one that runs. As root it runs under the account the data belongs
 * to, else one of its own, and the processes, under theirs, may reach its socket: each still needs its role's password.
 * @throws CliError `database_failed`, `configuration_refused`
 */
export async function startDatabase(place: DatabasePlace, notice?: (text: string) => void): Promise<EmbeddedServer> {
  const asRoot = place.uid === 0;
  try {
    const server = await startEmbedded({
      dataDir: place.dataDir,
      ...(notice === undefined ? {} : { notice }),
      ...(asRoot ? { runAs: await databaseAccount(place), otherUsersMayConnect: true } : {}),
    });
    // One that was started narrower and taken over.
    if (asRoot && server.adopted) await chmod(server.settings.host, 0o711);
    return server;
  } catch (error) {
    throw asDatabaseFailure(error);
  }
}

/**
 * Data keeps its owner: PostgreSQL starts on nobody else's. New data belongs to METERR_UID_BASE + 3 where that number
 * stands in /etc/passwd, because initdb must find its own name, and else to "nobody".
 */
export async function databaseAccount({ dataDir, uidBase }: DatabasePlace): Promise<Account> {
  for (const folder of [dataDir, await placedAt(dataDir)]) {
    const found = folder === undefined ? undefined : await stat(join(folder, "data")).catch(() => undefined);
    if (found !== undefined && found.uid !== 0) return { uid: found.uid, gid: found.gid };
  }
  const own = accountsFrom(uidBase).postgres;
  const users = await readFile("/etc/passwd", "utf8").catch(() => "");
  return users.split("\n").some((line) => Number(line.split(":")[2] || NaN) === own.uid) ? own : nobody;
}

/** Where the database room put the data instead, because the server's user could not reach the home. */
async function placedAt(dataDir: string): Promise<string | undefined> {
  try {
    const record: unknown = JSON.parse(await readFile(join(dataDir, "meterr-postgresql.json"), "utf8"));
    const place = (record as { placed_at?: unknown }).placed_at;
    return typeof place === "string" ? place : undefined;
  } catch {
    return undefined;
  }
}
