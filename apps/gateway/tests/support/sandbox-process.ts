import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../../sandbox/src/main.ts", import.meta.url));

/** What the sandbox noted of a call: totals, not disjoint buckets. */
export interface SandboxCall {
  readonly id: string;
  readonly upstream_request_id: string;
  readonly model: string;
  readonly status: number;
  readonly endpoint: string;
  readonly credential_sha256: string;
  readonly usage: Readonly<Record<string, number>> | null;
  readonly completed: boolean;
}

export interface SandboxProcess {
  readonly origin: string;
  calls(): Promise<SandboxCall[]>;
  stop(): Promise<void>;
}

/** The simulated provider as a process of its own, on a free port. */
export async function startSandboxProcess(maxStallMs = 30_000): Promise<SandboxProcess> {
  const child = spawn(process.execPath, [MAIN, "--port", "0", "--max-stall-ms", String(maxStallMs)], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const origin = await new Promise<string>((resolve, reject) => {
    let text = "";
    const timer = setTimeout(() => reject(new Error(`the sandbox did not start: ${text}`)), 15_000);
    const hear = (chunk: Buffer): void => {
      text += chunk.toString("utf8");
      const found = /"origin":"(http:[^"]+)"/.exec(text)?.[1];
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(found);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
  });
  return {
    origin,
    async calls() {
      const answer = await fetch(`${origin}/__sandbox/calls`);
      const body = (await answer.json()) as { calls: SandboxCall[] };
      return body.calls;
    },
    async stop() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}
