import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { StubBehaviour } from "./stub-server.ts";

const support = new URL("./stub-server.ts", import.meta.url).href;

/** Writes the main file of one stub app; returns its path. */
export function writeStub(root: string, behaviour: StubBehaviour): string {
  const folder = join(root, "apps", behaviour.name, "src");
  mkdirSync(folder, { recursive: true });
  const main = join(folder, "main.ts");
  writeFileSync(main, `import { runStub } from ${JSON.stringify(support)};\nrunStub(${JSON.stringify(behaviour)});\n`);
  return main;
}

export function journalLines(journal: string): string[] {
  try {
    return readFileSync(journal, "utf8").split("\n").filter(Boolean);
  } catch {
    return [];
  }
}

/** Waits until a condition holds, at most a minute. */
export async function eventually<Value>(
  look: () => Value | undefined | false | Promise<Value | undefined | false>,
  what: string,
): Promise<Value> {
  const deadline = performance.now() + 60_000;
  while (performance.now() < deadline) {
    const value = await look();
    if (value !== undefined && value !== false) return value;
    await delay(20);
  }
  throw new Error(`waited in vain for: ${what}`);
}

/** Whether a process has ended; one that only waits for init to collect it has. */
export function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return true;
  }
  try {
    return /^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    // No /proc on this platform, or gone in between: the signal above is all there is.
    return false;
  }
}
