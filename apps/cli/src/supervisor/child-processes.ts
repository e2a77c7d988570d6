import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { identify, isRunning } from "../home/process-identity.ts";
import { readPrivateFile } from "../home/read-private-file.ts";
import { writePrivateFile } from "../home/write-private-file.ts";

const record = z.record(z.string(), z.object({ pid: z.number().int().positive(), began: z.string().nullable() }));

/** Remembers which processes are ours, so that a later start knows what a killed supervisor left behind. */
export class ChildProcesses {
  readonly #path: string;
  readonly #running = new Map<string, { pid: number; began: string | null }>();
  #writing: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  /** Notes that `name` now runs as `pid`. Losing this note only costs the next start its patience. */
  note(name: string, pid: number): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write(name, pid)).catch(() => undefined);
    return this.#writing;
  }

  async #write(name: string, pid: number): Promise<void> {
    this.#running.set(name, await identify(pid));
    await writePrivateFile(this.#path, JSON.stringify(Object.fromEntries(this.#running)));
  }
}

/**
 * Waits for the processes a killed supervisor left behind: they saw their stdin end and are
 * draining. Those that still run after `patience` milliseconds are killed.
 * @returns the names of those that were still there.
 */
export async function endLeftOvers(path: string, patience: number): Promise<string[]> {
  const text = await readPrivateFile(path).catch(() => undefined);
  const left = text === undefined ? {} : parse(text);
  const deadline = performance.now() + patience;
  const found: string[] = [];
  for (const [name, identity] of Object.entries(left)) {
    if (!(await isRunning(identity))) continue;
    found.push(name);
    while ((await isRunning(identity)) && performance.now() < deadline) await delay(50);
    // Without its beginning a number could by now be somebody else's process.
    if (identity.began === null || !(await isRunning(identity))) continue;
    process.kill(identity.pid, "SIGKILL");
    for (let turn = 0; turn < 100 && (await isRunning(identity)); turn += 1) await delay(20);
  }
  return found;
}

function parse(text: string): z.output<typeof record> {
  try {
    return record.parse(JSON.parse(text));
  } catch {
    return {};
  }
}
