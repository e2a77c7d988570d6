import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** Whether a process has ended; one that only waits to be collected has. */
export function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return true;
  }
  try {
    return /^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    // No /proc on this platform, or gone in between: the signal above is all there is.
    return false;
  }
}

/** Kills a process outright and waits until it is gone. */
export async function killProcess(pid: number): Promise<void> {
  process.kill(pid, "SIGKILL");
  while (!isGone(pid)) await delay(5);
}

/** Ends what may still run of a machine whose supervisor is gone. */
export async function endProcess(pid: number | undefined): Promise<void> {
  if (pid === undefined || isGone(pid)) return;
  process.kill(pid, "SIGQUIT");
  for (let turn = 0; turn < 500 && !isGone(pid); turn += 1) await delay(20);
}
