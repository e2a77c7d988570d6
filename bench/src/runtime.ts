import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** The runtime's own bench, which stands beside what it measures. Its exit code is ours. */
export async function runtimeBench(args: readonly string[]): Promise<void> {
  const file = fileURLToPath(new URL("../../packages/runtime/bench/gates.ts", import.meta.url));
  const child = spawn(process.execPath, [file, ...args], { stdio: "inherit" });
  const [code] = (await once(child, "exit")) as [number | null];
  process.exitCode = code ?? 1;
}
