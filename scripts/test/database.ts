import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import path from "node:path";
import { startEmbedded } from "@meterr/database";
import { makeRunFolder } from "./run-folder.ts";

/** The one PostgreSQL server of a test run, and the folder of all its temporary files. */
export interface TestDatabase {
  readonly folder: string;
  /** `METERR_TEST_DATABASE`: the administrator's DatabaseSettings as JSON; `testDatabase()` reads it. And `TMPDIR`. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/**
 * Starts it in a folder of its own, which goes with it. Should this process be killed outright, a watcher ends both.
 * A run inside a run, or on a server that somebody keeps, is given `METERR_TEST_DATABASE` and uses that one.
 */
export async function startDatabase(): Promise<TestDatabase> {
  const folder = makeRunFolder();
  if (process.env["METERR_TEST_DATABASE"] !== undefined) {
    return { folder, environment: {}, stop: async () => rmSync(folder, { recursive: true, force: true }) };
  }
  try {
    const server = await startEmbedded({
      dataDir: path.join(folder, "server"),
      socketDir: path.join(folder, "socket"),
      durable: false,
      maxConnections: 200,
      notice: (text) => console.error(`postgresql: ${text}`),
    });
    const release = watch(server.pid, folder);
    return {
      folder,
      environment: { METERR_TEST_DATABASE: JSON.stringify(server.settings), TMPDIR: folder },
      async stop() {
        await server.stop("immediate"); // nothing in it is worth an orderly end
        rmSync(folder, { recursive: true, force: true });
        release();
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** A second process that sees this one's death by the end of its standard input. */
function watch(pid: number, folder: string): () => void {
  const script = path.join(import.meta.dirname, "watch.ts");
  const watcher = spawn(process.execPath, [script, String(pid), folder], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true, // Ctrl-C reaches the whole group, and the watcher must be the last to go
  });
  watcher.unref();
  return () => watcher.stdin.end();
}
