import { DatabaseError } from "../errors.ts";
import { isRunning, waitUntilEnded } from "./server-process.ts";

/** PostgreSQL's own words: fast ends open transactions and shuts down in order; immediate is a crash it recovers from. */
export type StopMode = "fast" | "immediate";

/**
 * Ends a server and waits for it; a fast stop that does not end in time becomes an immediate one.
 * @throws DatabaseError server_not_stopped
 */
export async function stopServer(pid: number, mode: StopMode, timeoutMs: number): Promise<void> {
  if (!isRunning(pid)) return;
  if (mode === "fast") {
    signal(pid, "SIGINT");
    if (await waitUntilEnded(pid, timeoutMs)) return;
  }
  signal(pid, "SIGQUIT");
  if (await waitUntilEnded(pid, 10_000)) return;
  throw new DatabaseError("server_not_stopped", `PostgreSQL (process ${pid}) does not end.`);
}

function signal(pid: number, name: "SIGINT" | "SIGQUIT"): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
