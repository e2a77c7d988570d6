import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { DatabaseError } from "../errors.ts";
import type { Binaries } from "./binaries.ts";
import type { ServerHome } from "./home.ts";
import type { ServerIdentity } from "./identity.ts";
import { serverEnvironment } from "./initialise.ts";
import { isRunning } from "./server-process.ts";

export interface Launch {
  home: ServerHome;
  binaries: Binaries;
  identity: ServerIdentity | null;
  socketDir: string;
  durable: boolean;
  maxConnections: number;
  deadline: number;
  /** Whether the server answers; rejects when it never will. */
  answers: () => Promise<boolean>;
}

/** A log beyond this is begun anew at the next start. */
const largestLogBytes = 16 * 1024 * 1024;
/** How long a server that was killed may still hold its memory or its lock file. */
const lockRetryMs = 10_000;

/**
 * Starts the server, detached, and waits until it answers. A lock left by a server that was killed is retried.
 * @throws DatabaseError server_not_started, folder_not_writable
 */
export async function launch(options: Launch): Promise<number> {
  const retryUntil = Math.min(options.deadline, performance.now() + lockRetryMs);
  for (;;) {
    const from = logSize(options.home.logFile);
    const pid = spawnServer(options);
    if (await untilAnswering(pid, options)) return pid;
    const said = readFileSync(options.home.logFile, "utf8").slice(from);
    const locked = /lock file|shared memory|Address already in use/.test(said);
    if (!locked || performance.now() > retryUntil) {
      throw new DatabaseError(
        "server_not_started",
        `PostgreSQL ended while starting; ${options.home.logFile} says why.`,
      );
    }
    await delay(250);
  }
}

async function untilAnswering(pid: number, options: Launch): Promise<boolean> {
  while (isRunning(pid)) {
    if (await options.answers()) return true;
    if (performance.now() > options.deadline) {
      process.kill(pid, "SIGQUIT");
      throw new DatabaseError(
        "server_not_started",
        `PostgreSQL did not answer in time; ${options.home.logFile} says what it was doing.`,
      );
    }
    await delay(15);
  }
  return false;
}

function spawnServer(options: Launch): number {
  const { home, binaries, identity, socketDir } = options;
  // Our own private folder, and no server of ours runs: what is in there is left over.
  for (const name of [".s.PGSQL.5432", ".s.PGSQL.5432.lock"]) rmSync(join(socketDir, name), { force: true });
  const log = openLog(home.logFile);
  try {
    // oxlint-disable-next-line security/detect-child-process -- the program is the packaged one, no shell
    const child = spawn(join(binaries.bin, "postgres"), ["-D", home.data, ...configuration(options)], {
      detached: true,
      stdio: ["ignore", log, log],
      env: serverEnvironment(),
      cwd: "/",
      ...identity,
    });
    child.on("error", () => undefined);
    child.unref();
    if (child.pid === undefined) {
      throw new DatabaseError("server_not_started", `PostgreSQL's program in ${binaries.bin} cannot be run.`);
    }
    return child.pid;
  } finally {
    closeSync(log);
  }
}

function configuration(options: Launch): string[] {
  const settings: Record<string, string> = {
    listen_addresses: "",
    unix_socket_directories: options.socketDir,
    port: "5432",
    max_connections: String(options.maxConnections),
    password_encryption: "scram-sha-256",
    ssl: "off",
    jit: "off",
    timezone: "UTC",
    log_timezone: "UTC",
    // A failed statement's text and detail may carry row content: the log gets neither.
    log_error_verbosity: "terse",
    log_min_error_statement: "panic",
    ...(options.durable ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
  };
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

function logSize(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function openLog(file: string): number {
  try {
    return openSync(file, logSize(file) > largestLogBytes ? "w" : "a", 0o600);
  } catch (cause) {
    throw new DatabaseError("folder_not_writable", `The log ${file} cannot be written.`, { cause });
  }
}
