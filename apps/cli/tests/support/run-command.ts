import { EventEmitter } from "node:events";
import { randomBytes, randomUUID } from "node:crypto";
import type { ExitCode } from "../../src/exit-codes.ts";
import { run } from "../../src/program.ts";
import { bufferTerminal } from "./buffer-terminal.ts";

export interface Ran {
  code: ExitCode;
  out: string;
  err: string;
}

export const moment = new Date("2026-11-22T12:00:00Z");

/** Runs one command in this process with the given environment and standard input. */
export async function runCommand(
  args: readonly string[],
  options: { env: Record<string, string>; stdin?: string },
): Promise<Ran> {
  const terminal = bufferTerminal(options);
  const { env } = options;
  const code = await run(args, {
    version: "0.0.0",
    terminal,
    fetch: globalThis.fetch,
    now: () => moment,
    surroundings: {
      env,
      uid: process.getuid?.(),
      platform: process.platform,
      userHome: "/home/ann",
      checkout: "/home/ann/meterr",
    },
    installation: { root: "/home/ann/meterr", node: process.execPath, env, uid: process.getuid?.() },
    random: { randomBytes, randomUUID },
    signals: new EventEmitter(),
  });
  return { code, out: terminal.out(), err: terminal.err() };
}
