import { spawn } from "node:child_process";

// A cold build of Next on a slow machine takes a minute and a half.
const DEADLINE_MS = 300_000;

export interface StepOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * Runs a program of Node's to its end, quietly. Rejects with all it said when it fails. It leads a group of its own, so
 * that whatever it started goes with it when time is up or the run is ended.
 */
export function runStep(args: readonly string[], { cwd, env, signal }: StepOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const child = spawn(process.execPath, [...args], {
      cwd,
      env: { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? cwd, NEXT_TELEMETRY_DISABLED: "1", ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const end = (): void => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGTERM");
    };
    const deadline = setTimeout(end, DEADLINE_MS);
    signal.addEventListener("abort", end, { once: true });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => (said += chunk));
    }
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(deadline);
      signal.removeEventListener("abort", end);
      if (code === 0) resolve(said);
      else reject(new Error(`${args.join(" ")} ended with ${code}:\n${said}`));
    });
  });
}
