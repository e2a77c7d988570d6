import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../../sandbox/src/main.ts", import.meta.url));

/** What the sandbox noted of a call: totals, not disjoint buckets. */
export interface SandboxCall {
  readonly id: string;
  /** The gateway's own id of the call; null when the key service tries a provider secret. */
  readonly client_request_id: string | null;
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
  /** The calls that acted for a virtual key. Throws when anything else came but checks of fresh provider secrets. */
  calls(): Promise<SandboxCall[]>;
  /** All that it noted, as text. */
  ledger(): Promise<string>;
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
    const timer = setTimeout(() => reject(new Error(`the sandbox did not start: ${text}`)), 60_000);
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
  const ledger = async (): Promise<string> => (await fetch(`${origin}/__sandbox/calls`)).text();
  return {
    origin,
    ledger,
    async calls() {
      const { calls } = JSON.parse(await ledger()) as { calls: SandboxCall[] };
      // The key service tries fresh provider secrets whenever it finds the time, by a listing of models.
      const checks = calls.filter(({ client_request_id }) => client_request_id === null);
      const other = checks.find(({ endpoint }) => endpoint !== "models.list");
      if (other !== undefined) throw new Error(`${other.endpoint} was called for no virtual key`);
      return calls.filter(({ client_request_id }) => client_request_id !== null);
    },
    async stop() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}
