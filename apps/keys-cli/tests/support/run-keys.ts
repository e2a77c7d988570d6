import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { commandHere } from "./command-here.ts";

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Runs the command as this user, where the test may. */
  readonly uid?: number;
  readonly node?: string;
  /** Nobody reads what it prints. */
  readonly deaf?: true;
}

export const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const OF_TEST = fileURLToPath(new URL("keys-process.ts", import.meta.url));

// A command takes a third of a second; past this it hangs.
const DEADLINE_MS = 60_000;

/** A program with arguments, to its end. Only PATH and HOME of this process's environment go along. */
export function runProgram(file: string, args: readonly string[], options: RunOptions): Promise<Ran> {
  const { cwd, env = {}, uid, node = process.execPath } = options;
  const kept = {
    PATH: process.env["PATH"] ?? "",
    HOME: cwd,
    NODE_COMPILE_CACHE: join(ROOT, "node_modules/.cache/meterr"),
  };
  return new Promise((resolve, reject) => {
    const child = spawn(node, [file, ...args], {
      cwd,
      env: { ...kept, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: DEADLINE_MS,
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    if (options.deaf === true) child.stdout.destroy();
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code, out: Buffer.concat(out).toString("utf8"), err: Buffer.concat(err).toString("utf8") });
    });
  });
}

/** One command over a catalogue of fixtures. */
export function runKeys(catalogue: string, args: readonly string[], options: RunOptions): Promise<Ran> {
  return runProgram(OF_TEST, [catalogue, ...args], options);
}

/** The same in this process, which takes a hundredth of the time. */
export async function keysHere(catalogue: string, args: readonly string[], options: { cwd: string }): Promise<Ran> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await commandHere(catalogue, args, options.cwd, {
    env: {},
    stdin: {},
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
  });
  return { code, out: out.join(""), err: err.join("") };
}

export interface JsonRan {
  readonly code: number | null;
  /** The result, or the error; the other one is empty. */
  readonly value: Record<string, unknown>;
  readonly error: Record<string, unknown>;
}

/** With --json; in a process of its own only when it runs as another user. */
export async function keysJson(catalogue: string, args: readonly string[], options: RunOptions): Promise<JsonRan> {
  const whole = [...args, "--json"];
  const { code, out, err } = await (options.uid === undefined ? keysHere : runKeys)(catalogue, whole, options);
  const parse = (text: string): Record<string, unknown> =>
    text.trim() === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
  return { code, value: parse(out), error: (parse(err)["error"] ?? {}) as Record<string, unknown> };
}
