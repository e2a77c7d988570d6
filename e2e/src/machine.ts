import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePorts } from "./free-ports.ts";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const CLI = join(ROOT, "apps/cli/src/main.ts");
/** Generous: the first start builds the dashboard. Milliseconds. */
const START_DEADLINE = 180_000;

export interface MachineOptions {
  /** Further environment for `meterr up`. */
  readonly env?: Record<string, string>;
  /** A home that already exists; it is then kept at the end. */
  readonly home?: string;
  readonly ports?: Ports;
}

export interface Ports {
  readonly gateway: number;
  readonly dashboard: number;
  readonly sandbox: number;
}

/** What a command printed and how it ended. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One whole Meterr, started as a person starts it, in a home of its own. */
export interface Machine {
  readonly home: string;
  readonly ports: Ports;
  readonly gateway: string;
  readonly dashboard: string;
  readonly sandbox: string;
  readonly supervisor: ChildProcess;
  /** All that `up` printed so far. */
  output(): string;
  /** Runs `meterr ARGS` against this machine; `stdin` is its standard input. */
  meterr(args: readonly string[], stdin?: string): Promise<Ran>;
  /** The same with --json, parsed. Throws when the command failed. */
  json<T = Record<string, unknown>>(args: readonly string[], stdin?: string): Promise<T>;
  /** Process ids of the children, by name. */
  children(): Promise<Record<string, number>>;
  /** Ends it in order and removes its home. */
  stop(): Promise<number | null>;
}

/** Starts `meterr up` and resolves when its screen says that everything is healthy. */
export async function startMachine(options: MachineOptions = {}): Promise<Machine> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), "meterr-e2e-")));
  const ports = options.ports ?? (await pickPorts());
  const env: Record<string, string> = {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    LANG: "C.UTF-8",
    METERR_HOME: join(home, "home"),
    METERR_GATEWAY_PORT: String(ports.gateway),
    METERR_DASHBOARD_PORT: String(ports.dashboard),
    METERR_SANDBOX_PORT: String(ports.sandbox),
    METERR_URL: `http://127.0.0.1:${ports.dashboard}`,
    ...options.env,
  };
  const supervisor = spawn(process.execPath, [CLI, "up"], { env, stdio: ["ignore", "pipe", "pipe"], cwd: ROOT });
  let printed = "";
  const ended = new Promise<number | null>((resolve) => supervisor.once("exit", resolve));
  const healthy = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not healthy in time:\n${printed}`)), START_DEADLINE);
    const hear = (chunk: Buffer): void => {
      printed += chunk.toString("utf8");
      if (!printed.includes("Meterr is ready")) return;
      clearTimeout(timer);
      resolve();
    };
    supervisor.stdout.on("data", hear);
    supervisor.stderr.on("data", hear);
    supervisor.once("exit", (code) => {
      clearTimeout(timer);
      reject(new Error(`meterr up ended with ${code}:\n${printed}`));
    });
  });

  const meterr = (args: readonly string[], stdin?: string): Promise<Ran> => run(args, env, stdin);
  const machine: Machine = {
    home,
    ports,
    gateway: `http://127.0.0.1:${ports.gateway}`,
    dashboard: `http://127.0.0.1:${ports.dashboard}`,
    sandbox: `http://127.0.0.1:${ports.sandbox}`,
    supervisor,
    output: () => printed,
    meterr,
    async json(args, stdin) {
      const ran = await meterr([...args, "--json"], stdin);
      if (ran.code !== 0) throw new Error(`meterr ${args.join(" ")} ended with ${ran.code}: ${ran.stderr}`);
      return JSON.parse(ran.stdout);
    },
    async children() {
      const noted: Record<string, { pid: number }> = JSON.parse(
        await readFile(join(home, "home", "run", "children.json"), "utf8"),
      );
      return Object.fromEntries(Object.entries(noted).map(([name, { pid }]) => [name, pid]));
    },
    async stop() {
      supervisor.kill("SIGTERM");
      const code = await ended;
      if (options.home === undefined) await rm(home, { recursive: true, force: true });
      return code;
    },
  };
  try {
    await healthy;
  } catch (error) {
    supervisor.kill("SIGTERM");
    await ended;
    if (options.home === undefined) await rm(home, { recursive: true, force: true });
    throw error;
  }
  return machine;
}

async function pickPorts(): Promise<Ports> {
  const [gateway, dashboard, sandbox] = await freePorts(3);
  if (gateway === undefined || dashboard === undefined || sandbox === undefined) throw new Error("no free ports");
  return { gateway, dashboard, sandbox };
}

async function run(args: readonly string[], env: Record<string, string>, stdin = ""): Promise<Ran> {
  const child = spawn(process.execPath, [CLI, ...args], { env, stdio: ["pipe", "pipe", "pipe"], timeout: 60_000 });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString("utf8")));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString("utf8")));
  child.stdin.end(stdin);
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, stdout, stderr };
}
