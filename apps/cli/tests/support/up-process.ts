import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePorts } from "@meterr/database/testing";
import { homePaths } from "../../src/home/paths.ts";
import { scratch, type Cleanup } from "./scratch.ts";
import { eventually, isGone, writeStub } from "./stub-installation.ts";
import type { StubBehaviour } from "./stub-server.ts";

const entry = fileURLToPath(new URL("./up-with-stubs.ts", import.meta.url));

/** As `meterr` itself keeps what Node has compiled. */
const { NODE_COMPILE_CACHE } = process.env;
const compileCache = NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE };

export interface Machine {
  home: string;
  journal: string;
  /** The folder of the stub installation. */
  root: string;
  env: Record<string, string>;
  /** `meterr <arguments>` on this machine, with the stub installation. */
  meterr: ((...args: string[]) => Meterr) & {
    /** Under another account. */
    as(account: { uid: number; gid: number }, ...args: string[]): Meterr;
    /** With further environment. */
    with(further: Record<string, string>, ...args: string[]): Meterr;
  };
}

export interface Meterr {
  process: ChildProcess;
  output(): string;
  errors(): string;
  /** Waits for the ready screen; fails with the output when the process ends before. */
  ready(): Promise<void>;
  ended(): Promise<number | null>;
}

/** A home, ports and an installation of stub processes; whatever still runs afterwards is ended by its pid. */
export async function machine(t: Cleanup, behaviour: Partial<StubBehaviour> = {}): Promise<Machine> {
  const root = scratch(t);
  const folder = scratch(t);
  // As root PostgreSQL runs under another user, who must be able to pass through.
  chmodSync(folder, 0o711);
  const home = join(folder, "home");
  const journal = join(root, "journal");
  for (const name of ["gateway", "dashboard", "sandbox"]) writeStub(root, { ...behaviour, name, journal });
  const [gateway, dashboard, sandbox] = await freePorts(3);
  const env = {
    PATH: process.env["PATH"] ?? "",
    METERR_HOME: home,
    METERR_GATEWAY_PORT: String(gateway),
    METERR_DASHBOARD_PORT: String(dashboard),
    METERR_SANDBOX_PORT: String(sandbox),
    STUB_ROOT: root,
    ...compileCache,
  };
  t.after(() => endDatabase(home));
  const start = (
    args: readonly string[],
    account?: { uid: number; gid: number },
    further: Record<string, string> = {},
  ): Meterr => {
    const child = spawn(process.execPath, [entry, ...args], {
      env: { ...env, ...further },
      stdio: ["ignore", "pipe", "pipe"],
      ...account,
    });
    t.after(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGTERM");
      await once(child, "exit");
    });
    let [out, err] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
    const closed = once(child, "close");
    return {
      process: child,
      output: () => out,
      errors: () => err,
      ready: async () => {
        await eventually(() => out.includes("Stop        Ctrl-C") || child.exitCode !== null, "the ready screen");
        if (!out.includes("Meterr is ready.")) throw new Error(`meterr ended early:\n${out}${err}`);
      },
      ended: async () => {
        await closed;
        return child.exitCode;
      },
    };
  };
  const meterr = Object.assign((...args: string[]) => start(args), {
    as: (account: { uid: number; gid: number }, ...args: string[]) => start(args, account),
    with: (further: Record<string, string>, ...args: string[]) => start(args, undefined, further),
  });
  return { home, journal, root, env, meterr };
}

/** The pid of the home's PostgreSQL; undefined when none is noted. */
export function postgresPid(home: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(homePaths(home).database, "data", "postmaster.pid"), "utf8").split("\n")[0]);
    return pid > 1 ? pid : undefined;
  } catch {
    return undefined;
  }
}

async function endDatabase(home: string): Promise<void> {
  const pid = postgresPid(home);
  if (pid === undefined || isGone(pid)) return;
  process.kill(pid, "SIGQUIT");
  await eventually(() => isGone(pid), "PostgreSQL to end");
}
