import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbedded } from "../embedded/start-embedded.ts";
import { isRunning } from "../embedded/server-process.ts";
import { takeStartLock, tryStartLock } from "../embedded/start-lock.ts";
import type { DatabaseSettings } from "../settings.ts";

let server: Promise<DatabaseSettings> | undefined;

/**
 * The superuser's settings of the server for tests: the one of the whole run, from METERR_TEST_DATABASE (JSON), or a
 * throw-away one in the temporary folder that test files run by hand share. The last of them ends it.
 * METERR_TEST_POSTGRES_BIN names another PostgreSQL's programs.
 */
export function testServer(env: NodeJS.ProcessEnv = process.env): Promise<DatabaseSettings> {
  server ??=
    env["METERR_TEST_DATABASE"] === undefined
      ? startShared(env["METERR_TEST_POSTGRES_BIN"])
      : Promise.resolve(JSON.parse(env["METERR_TEST_DATABASE"]) as DatabaseSettings);
  return server;
}

async function startShared(binDir: string | undefined): Promise<DatabaseSettings> {
  const kind = createHash("sha256")
    .update(binDir ?? "packaged")
    .digest("hex")
    .slice(0, 8);
  const folder = join(tmpdir(), `meterr-tests-${process.getuid?.() ?? 0}-${kind}`);
  const users = join(folder, "users");
  mkdirSync(users, { recursive: true, mode: 0o711 });
  const lock = join(folder, "users.lock");
  const release = await takeStartLock(lock, 60_000);
  try {
    const embedded = await startEmbedded({
      dataDir: join(folder, "server"),
      durable: false,
      maxConnections: 200,
      ...(binDir === undefined ? {} : { binDir }),
    });
    writeFileSync(join(users, String(process.pid)), "");
    process.once("exit", () => leave(lock, users, embedded.pid));
    return embedded.settings;
  } finally {
    release();
  }
}

/** Whoever leaves last ends the server. One that was killed is no longer counted. */
function leave(lock: string, users: string, serverPid: number): void {
  rmSync(join(users, String(process.pid)), { force: true });
  const mine = `${process.pid} ${randomBytes(8).toString("hex")}\n`;
  if (!tryStartLock(lock, mine)) return;
  const others = existsSync(users) ? readdirSync(users) : [];
  for (const pid of others.filter((name) => !isRunning(Number(name)))) rmSync(join(users, pid), { force: true });
  if (!others.some((name) => isRunning(Number(name)))) {
    try {
      process.kill(serverPid, "SIGINT");
    } catch {
      // It has ended already.
    }
  }
  rmSync(lock, { force: true });
}
