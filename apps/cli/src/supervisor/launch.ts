import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Writable } from "node:stream";
import type { ChildPlan } from "./child-plan.ts";
import { openLog } from "./log-file.ts";

export interface ChildExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** One running process of a child. */
export interface Launched {
  pid: number;
  /** Size of the log before this process wrote to it. */
  logFrom: number;
  /** Settles once, never rejects. */
  exited: Promise<ChildExit>;
  /** SIGTERM, and SIGKILL when the process has not ended `within` milliseconds later. */
  stop(within: number): Promise<ChildExit>;
  kill(): void;
}

/**
 * Starts a child in a process group of its own, so that Ctrl-C reaches the supervisor alone and the
 * order of draining is kept. Its stdin is a pipe nothing is written to: it ends when the supervisor
 * does, however that happens, and the child then ends too.
 */
export async function launch(plan: ChildPlan): Promise<Launched> {
  const log = await openLog(plan.logFile);
  try {
    const { size } = await log.stat();
    const child = spawn(plan.command, [...plan.args], {
      cwd: plan.cwd,
      env: { ...plan.env },
      detached: true,
      stdio: ["pipe", log.fd, log.fd, "pipe"],
      windowsHide: true,
      ...(plan.account === undefined ? {} : { uid: plan.account.uid, gid: plan.account.gid }),
    });
    const exited = new Promise<ChildExit>((resolve) => {
      child.once("exit", (code, signal) => resolve({ code, signal }));
    });
    await Promise.race([
      once(child, "spawn"),
      once(child, "error").then(([error]) => {
        throw error;
      }),
    ]);
    // A child that dies early breaks both pipes; its exit is what tells, not these errors.
    child.stdin?.on("error", () => undefined);
    const settings = child.stdio[3] as Writable;
    settings.on("error", () => undefined);
    settings.end(JSON.stringify(plan.settings));
    child.on("error", () => undefined);
    return {
      pid: child.pid ?? 0,
      logFrom: size,
      exited,
      kill: () => void child.kill("SIGKILL"),
      async stop(within) {
        child.kill("SIGTERM");
        const timer = setTimeout(() => child.kill("SIGKILL"), within);
        try {
          return await exited;
        } finally {
          clearTimeout(timer);
        }
      },
    };
  } finally {
    await log.close();
  }
}
