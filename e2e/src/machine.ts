import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePorts } from "@meterr/database/testing";
import { endProcess } from "./processes.ts";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const CLI = join(ROOT, "apps/cli/src/main.ts");
/** Generous: the first start builds the dashboard. Milliseconds. */
const START_DEADLINE = 240_000;

export interface MachineOptions {
  /** Further environment for `meterr up` and every command. */
  readonly env?: Record<string, string>;
  /** A folder that already exists; it is then kept at the end. */
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
  /** The folder of this machine; METERR_HOME is `home` below it. */
  readonly home: string;
  readonly ports: Ports;
  readonly gateway: string;
  readonly dashboard: string;
  readonly sandbox: string;
  /** What `meterr up` and every command get as environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly supervisor: ChildProcess;
  /** All that `up` printed so far. */
  output(): string;
  /** Runs `meterr ARGS` against this machine; `stdin` is its standard input. */
  meterr(args: readonly string[], stdin?: string): Promise<Ran>;
  /** The same with --json, parsed. Throws when the command failed. */
  json<T = Record<string, unknown>>(args: readonly string[], stdin?: string): Promise<T>;
  /** Process ids of the children, by name. */
  children(): Promise<Record<string, number>>;
  /** Starts `meterr up` again on the same home and ports, after the supervisor has ended; resolves when healthy. */
  startAgain(): Promise<void>;
  /** Ends it in order and removes its home. Whatever a killed supervisor left is ended by its pid. */
  stop(): Promise<number | null>;
}

/** Starts `meterr up` and resolves when its screen says that everything is healthy. */
export async function startMachine(options: MachineOptions = {}): Promise<Machine> {
  const home = options.home ?? (await makeHome());
  const ports = options.ports ?? (await pickPorts());
  const env = machineEnv(home, ports, options.env);
  let running: Up;

  const meterr = (args: readonly string[], stdin?: string): Promise<Ran> => run(args, env, stdin);
  const children = async (): Promise<Record<string, number>> => {
    const noted: Record<string, { pid: number }> = JSON.parse(
      await readFile(join(home, "home", "run", "children.json"), "utf8"),
    );
    return Object.fromEntries(Object.entries(noted).map(([name, { pid }]) => [name, pid]));
  };
  const stop = async (): Promise<number | null> => {
    const { process: supervisor } = running;
    const alive = supervisor.exitCode === null && supervisor.signalCode === null;
    if (alive) {
      supervisor.kill("SIGTERM");
      await once(supervisor, "exit");
    } else {
      for (const pid of Object.values(await children().catch(() => ({})))) await endProcess(pid);
    }
    await endProcess(await postgresPid(home));
    if (options.home === undefined) await rm(home, { recursive: true, force: true });
    return supervisor.exitCode;
  };
  const start = async (): Promise<void> => {
    running = up(env);
    try {
      await running.healthy;
    } catch (error) {
      await stop();
      throw error;
    }
  };

  await start();
  return {
    home,
    ports,
    gateway: `${schemeOf(env)}://127.0.0.1:${ports.gateway}`,
    // By the name in the printed address: pages asked for by another loopback name redirect to it.
    dashboard: `${schemeOf(env)}://localhost:${ports.dashboard}`,
    sandbox: `http://127.0.0.1:${ports.sandbox}`,
    env,
    get supervisor() {
      return running.process;
    },
    output: () => running.output(),
    meterr,
    async json(args, stdin) {
      const ran = await meterr([...args, "--json"], stdin);
      if (ran.code !== 0) throw new Error(`meterr ${args.join(" ")} ended with ${ran.code}: ${ran.stderr}`);
      return JSON.parse(ran.stdout);
    },
    children,
    startAgain: start,
    stop,
  };
}

/** A fresh folder for a machine. As root PostgreSQL and the processes run as other users, who must be able to pass through. */
export async function makeHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), "meterr-e2e-"));
  await chmod(home, 0o711);
  return home;
}

/** The environment of a machine: nothing of the test run's own but PATH. */
export function machineEnv(home: string, ports: Ports, further: Record<string, string> = {}): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    LANG: "C.UTF-8",
    METERR_HOME: join(home, "home"),
    METERR_GATEWAY_PORT: String(ports.gateway),
    METERR_DASHBOARD_PORT: String(ports.dashboard),
    METERR_SANDBOX_PORT: String(ports.sandbox),
    METERR_URL: `${schemeOf(further)}://127.0.0.1:${ports.dashboard}`,
    ...further,
  };
}

function schemeOf(env: Record<string, string>): "http" | "https" {
  return env["METERR_TLS_CERT"] === undefined ? "http" : "https";
}

/** The embedded PostgreSQL's process; undefined when none is noted. */
export async function postgresPid(home: string): Promise<number | undefined> {
  const noted = await readFile(join(home, "home", "postgres", "data", "postmaster.pid"), "utf8").catch(() => "");
  const pid = Number(noted.split("\n")[0]);
  return pid > 1 ? pid : undefined;
}

export async function pickPorts(): Promise<Ports> {
  const [gateway, dashboard, sandbox] = await freePorts(3);
  if (gateway === undefined || dashboard === undefined || sandbox === undefined) throw new Error("no free ports");
  return { gateway, dashboard, sandbox };
}

/** Runs one `meterr` command to its end, at most two minutes. */
export async function run(args: readonly string[], env: Record<string, string>, stdin = ""): Promise<Ran> {
  const child = spawn(process.execPath, [CLI, ...args], { env, stdio: ["pipe", "pipe", "pipe"], timeout: 120_000 });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString("utf8")));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString("utf8")));
  child.stdin.on("error", () => undefined);
  child.stdin.end(stdin);
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, stdout, stderr };
}

interface Up {
  readonly process: ChildProcess;
  readonly healthy: Promise<void>;
  output(): string;
}

function up(env: Record<string, string>): Up {
  const child = spawn(process.execPath, [CLI, "up"], { env, stdio: ["ignore", "pipe", "pipe"], cwd: ROOT });
  let printed = "";
  const healthy = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not healthy in time:\n${printed}`)), START_DEADLINE);
    const hear = (chunk: Buffer): void => {
      printed += chunk.toString("utf8");
      if (!printed.includes("Meterr is ready")) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("close", (code) => {
      clearTimeout(timer);
      reject(new Error(`meterr up ended with ${code}:\n${printed}`));
    });
  });
  return { process: child, healthy, output: () => printed };
}
