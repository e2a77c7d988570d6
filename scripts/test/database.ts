import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { startEmbedded } from "@meterr/database";

/** The one PostgreSQL server of a test run. */
export interface TestDatabase {
  /** `METERR_TEST_DATABASE`: the administrator's DatabaseSettings as JSON; `testDatabase()` reads it. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Starts it in a folder of its own, which goes with it. Should this process be killed outright, a watcher ends both. */
export async function startDatabase(): Promise<TestDatabase> {
  const folder = mkdtempSync(path.join(tmpdir(), "meterr-test-"));
  chmodSync(folder, 0o711); // as root the server runs as another user, who must be able to enter
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
      environment: { METERR_TEST_DATABASE: JSON.stringify(server.settings) },
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
