import { spawn } from "node:child_process";
import path from "node:path";
import type { Verdict } from "./part.ts";

/** A tool that has not answered in two minutes is stuck: the whole check is meant to take seconds. */
const DEADLINE_MS = 120_000;

/** Runs an installed command-line tool; anything but exit code 0 is one finding, holding what the tool printed. */
export async function runTool(root: string, command: string, args: readonly string[]): Promise<Verdict> {
  const { code, output } = await outputOf(root, command, args);
  return { findings: code === 0 ? [] : [output.trim() || `${command} ended with ${code} and said nothing`] };
}

function outputOf(root: string, command: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const bin = path.join(import.meta.dirname, "../../node_modules/.bin", command);
    const child = spawn(bin, args, {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: DEADLINE_MS,
      env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" },
    });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString("utf8") }));
  });
}
