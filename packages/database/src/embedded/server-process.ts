import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** What a running server writes of itself; PostgreSQL's storage documentation, "postmaster.pid". */
export interface PostmasterFile {
  pid: number;
  socketDir: string;
  port: number;
}

/** The postmaster.pid of a data folder, or null when there is none or it is only half written. */
export function readPostmasterFile(data: string): PostmasterFile | null {
  let lines: string[];
  try {
    lines = readFileSync(join(data, "postmaster.pid"), "utf8").split("\n");
  } catch {
    return null;
  }
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 1) return null;
  return { pid, port: Number(lines[3] ?? ""), socketDir: lines[4] ?? "" };
}

/** Whether a process runs; one that has ended and waits to be reaped does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    // No /proc here (macOS), or the process ended in between, which the next look will see.
    return true;
  }
}

/** Whether that process is the server of this data folder, rather than something that was given its number later. */
export function isServerOf(pid: number, data: string): boolean {
  if (!isRunning(pid)) return false;
  if (existsSync("/proc/self/cwd")) {
    try {
      // A postmaster's working folder is its data folder.
      return realpathSync(readlinkSync(`/proc/${pid}/cwd`)) === realpathSync(data);
    } catch {
      return false;
    }
  }
  try {
    return execFileSync("/bin/ps", ["-p", String(pid), "-o", "command="], { encoding: "utf8" }).includes("postgres");
  } catch {
    return false;
  }
}

/** Resolves to whether the process ended within the time. */
export async function waitUntilEnded(pid: number, milliseconds: number): Promise<boolean> {
  const deadline = performance.now() + milliseconds;
  while (isRunning(pid)) {
    if (performance.now() > deadline) return false;
    await delay(20);
  }
  return true;
}
