import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

/** A process, told apart from a later one that was given the same number. */
export interface ProcessIdentity {
  pid: number;
  /** An opaque mark of when the process began; null where the platform does not tell. */
  began: string | null;
}

/** Reads when a process began; null when it cannot be told or the process is gone. */
export async function identify(pid: number): Promise<ProcessIdentity> {
  return { pid, began: await beganAt(pid) };
}

async function beganAt(pid: number): Promise<string | null> {
  if (process.platform === "linux") {
    try {
      const [stat, boot] = await Promise.all([
        readFile(`/proc/${pid}/stat`, "utf8"),
        readFile("/proc/sys/kernel/random/boot_id", "utf8"),
      ]);
      // proc_pid_stat(5): field 22 is starttime; counting begins after the name, which may hold spaces.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const [state, start] = [fields[0], fields[19]];
      return start === undefined || state === "Z" ? null : `${boot.trim()}:${start}`;
    } catch {
      return null;
    }
  }
  if (process.platform === "darwin") {
    const answer = await promisify(execFile)("ps", ["-o", "lstart=", "-p", String(pid)]).catch(() => undefined);
    return answer?.stdout.trim() || null;
  }
  return null;
}

/** True while that very process runs (a zombie has ended). */
export async function isRunning(identity: ProcessIdentity): Promise<boolean> {
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  if (identity.began === null) return true;
  return (await beganAt(identity.pid)) === identity.began;
}
