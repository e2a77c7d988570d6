import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";

export interface HostProcess {
  /** Everything it wrote so far. */
  said(): string;
  stop(): Promise<void>;
}

export interface Ran {
  readonly code: number | null;
  readonly said: string;
}

type Environment = Readonly<Record<string, string>>;

// A host starts within two seconds; past this it hangs.
const DEADLINE_MS = 60_000;

/** Starts a server, and resolves once it answers at `ready`. It sees PATH and what is named here, nothing else. */
export async function startHost(
  args: readonly string[],
  cwd: string,
  env: Environment,
  ready: string,
): Promise<HostProcess> {
  const child = start(args, cwd, env);
  const said = listen(child);
  const exited = once(child, "exit");
  const patience = AbortSignal.timeout(DEADLINE_MS);
  const ended = exited.then(() => "ended" as const);
  for (;;) {
    const answered = fetch(ready, { signal: patience }).then(
      ({ ok }) => ok,
      () => false,
    );
    const found = await Promise.race([answered, ended]);
    if (found === true) break;
    if (found === "ended" || patience.aborted) {
      child.kill("SIGKILL");
      throw new Error(`the host did not start:\n${said()}`);
    }
    await delay(25);
  }
  return {
    said,
    async stop() {
      child.kill("SIGTERM");
      const impatience = setTimeout(() => child.kill("SIGKILL"), 5_000);
      await exited;
      clearTimeout(impatience);
    },
  };
}

/** Runs a program of the host to its end. */
export async function runHost(args: readonly string[], cwd: string, env: Environment): Promise<Ran> {
  const child = start(args, cwd, env);
  const said = listen(child);
  const [code] = (await once(child, "close", { signal: AbortSignal.timeout(DEADLINE_MS) })) as [number | null];
  return { code, said: said() };
}

function start(args: readonly string[], cwd: string, env: Environment): ChildProcess {
  return spawn(process.execPath, args, {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", ...compileCache(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

function compileCache(): Environment {
  const folder = process.env["NODE_COMPILE_CACHE"];
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: folder };
}

function listen(child: ChildProcess): () => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  }
  return () => text;
}
