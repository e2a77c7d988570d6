// Outlives a killed test run by a moment: ends its PostgreSQL and removes the folder. After a run that ended properly
// the folder is gone already, and there is nothing to do.
import { existsSync, rmSync } from "node:fs";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";

const PATIENCE_MS = 10_000; // an immediate stop takes PostgreSQL some milliseconds, and five seconds at the very most

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false; // it is gone
  }
}

const [pid = "", folder = ""] = process.argv.slice(2);
await text(process.stdin);
if (existsSync(folder)) {
  signal(Number(pid), "SIGQUIT");
  const deadline = Date.now() + PATIENCE_MS;
  while (signal(Number(pid), 0) && Date.now() < deadline) await sleep(20);
  rmSync(folder, { recursive: true, force: true });
}
