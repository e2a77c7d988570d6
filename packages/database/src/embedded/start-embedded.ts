import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { DatabaseError } from "../errors.ts";
import type { DatabaseSettings } from "../settings.ts";
import { locateBinaries, reachableBinaries, type Binaries } from "./binaries.ts";
import { openHome, openSocketDir, type ServerHome } from "./home.ts";
import { serverIdentity, type ServerIdentity } from "./identity.ts";
import { openData } from "./initialise.ts";
import { launch } from "./launch.ts";
import { isRunning, isServerOf, readPostmasterFile } from "./server-process.ts";
import { takeStartLock } from "./start-lock.ts";
import { stopServer, type StopMode } from "./stop-server.ts";

export interface EmbeddedOptions {
  /** The server's folder; made when absent, refused when it holds something else. */
  dataDir: string;
  /** A short folder for the Unix socket; by default inside dataDir, or a fresh one in the temporary folder. */
  socketDir?: string;
  /** As root: the user the server runs as. Default 65534 ("nobody"). */
  runAs?: ServerIdentity;
  /** Let other users of this machine, who still need a role's password, reach the socket. Default false: 0700. */
  otherUsersMayConnect?: boolean;
  /** A folder with initdb and postgres instead of the packaged ones. */
  binDir?: string;
  /** As root: where programs and data go when the server's user cannot enter their folder. */
  reachableDir?: string;
  /** The database made on first start. Default "meterr". */
  database?: string;
  /** false only for throw-away servers of tests: nothing is flushed to disk. Default true. */
  durable?: boolean;
  maxConnections?: number;
  /** Start, recovery after a crash included. Default 60,000 ms. */
  startTimeoutMs?: number;
  /** Told, in a sentence, where files were put and why. */
  notice?: (text: string) => void;
}

export interface EmbeddedServer {
  /** As the superuser "postgres": for ensureRoles alone, never handed to an application. */
  settings: DatabaseSettings;
  pid: number;
  /** True when a server was still running from before and was taken over. */
  adopted: boolean;
  version: string;
  logFile: string;
  stop(mode?: StopMode, timeoutMs?: number): Promise<void>;
}

/**
 * Starts PostgreSQL on a Unix socket alone, or takes over the one still running for this folder. It is detached: it
 * outlives this process, so that Ctrl-C lets an application drain first, and is ended by stop().
 *
 *   none → initialised → starting → answering → stopped
 *   left over from a killed process: answering → adopted; not answering, or another version → stopped, started again
 *
 * @throws DatabaseError unsupported_platform, binaries_missing, folder_not_writable, folder_not_ours, folder_busy,
 *   data_version_mismatch, credential_missing, socket_path_too_long, server_not_started
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const notice = options.notice ?? (() => undefined);
  const identity = serverIdentity(options.runAs);
  const reachableDir = options.reachableDir ?? "/var/lib/meterr-postgresql";
  const deadline = performance.now() + (options.startTimeoutMs ?? 60_000);
  const found = locateBinaries(options.binDir);
  const home = openHome(options.dataDir, identity, reachableDir, notice);
  const release = await takeStartLock(home.lockFile, options.startTimeoutMs ?? 60_000);
  try {
    const binaries = reachableBinaries(found, identity, reachableDir, notice);
    const password = await openData(home, binaries, identity, options.durable ?? true);
    const settings = (host: string): DatabaseSettings => ({
      host,
      port: 5432,
      database: "postgres",
      user: "postgres",
      password,
      tls: false,
    });

    let server = await adopt(home, binaries, settings, deadline);
    const adopted = server !== null;
    if (server === null) {
      const mode = options.otherUsersMayConnect === true ? 0o711 : 0o700;
      const socketDir = openSocketDir(options.dataDir, home, identity, options.socketDir, mode);
      const pid = await launch({
        home,
        binaries,
        identity,
        socketDir,
        deadline,
        durable: options.durable ?? true,
        maxConnections: options.maxConnections ?? 100,
        answers: async () => (await ask(settings(socketDir))) !== null,
      });
      server = { pid, settings: settings(socketDir) };
    }
    const database = options.database ?? "meterr";
    await ensureDatabase(server.settings, database);
    const { pid } = server;
    return {
      settings: { ...server.settings, database },
      pid,
      adopted,
      version: binaries.version,
      logFile: home.logFile,
      stop: (mode: StopMode = "fast", timeoutMs = 30_000) => stopServer(pid, mode, timeoutMs),
    };
  } finally {
    release();
  }
}

/** The server still running for this folder; null when there is none, or there was one and it has been stopped. */
async function adopt(
  home: ServerHome,
  binaries: Binaries,
  settings: (host: string) => DatabaseSettings,
  deadline: number,
): Promise<{ pid: number; settings: DatabaseSettings } | null> {
  const file = readPostmasterFile(home.data);
  if (file === null) return null;
  if (!isServerOf(file.pid, home.data)) {
    // The number went to another process since: PostgreSQL would take that one for a running server.
    if (isRunning(file.pid)) rmSync(join(home.data, "postmaster.pid"), { force: true });
    return null;
  }
  const at = settings(file.socketDir);
  const patience = Math.min(deadline, performance.now() + 5_000);
  while (isServerOf(file.pid, home.data) && performance.now() < patience) {
    const version = file.socketDir === "" ? null : await ask(at);
    if (version === binaries.version) return { pid: file.pid, settings: at };
    if (version !== null) break;
    await delay(25);
  }
  await stopServer(file.pid, "fast", 20_000);
  return null;
}

/** The version of the server that answers there to our password; null when none does yet. */
async function ask(settings: DatabaseSettings): Promise<string | null> {
  const client = new pg.Client({ ...settings, ssl: false, connectionTimeoutMillis: 5_000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ server_version: string }>("show server_version");
    return (rows[0]?.server_version ?? "").split(" ")[0] ?? null;
  } catch (error) {
    if ((error as { code?: string }).code === "28P01") {
      throw new DatabaseError("folder_busy", "The server running for this folder refuses our password.");
    }
    return null;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function ensureDatabase(settings: DatabaseSettings, name: string): Promise<void> {
  const client = new pg.Client({ ...settings, ssl: false });
  await client.connect();
  try {
    const { rowCount } = await client.query("select from pg_database where datname = $1", [name]);
    // sql-not-constant: a database's name cannot be a parameter; it is escaped and our own setting
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}
