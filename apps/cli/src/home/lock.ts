import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { z } from "zod";
import { CliError } from "../errors.ts";
import { identify, isRunning } from "./process-identity.ts";

const content = z.object({ pid: z.number().int().positive(), began: z.string().nullable() });

export interface HomeLock {
  /** True when a supervisor that ended without saying so had left its lock behind. */
  tookOver: boolean;
  release(): Promise<void>;
}

/**
 * Takes the home for this process. The lock is a file naming the process that holds it; a name of
 * a process that no longer runs is no lock.
 * @throws CliError `already_running` when another live process holds it.
 */
export async function takeHomeLock(path: string, home: string): Promise<HomeLock> {
  const own = JSON.stringify(await identify(process.pid));
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, own, { flag: "wx", mode: 0o600 });
  let tookOver = false;
  try {
    // link(2) fails when the name exists, so of two that start together only one gets it.
    for (let attempt = 0; attempt < 5; attempt += 1) {
      try {
        await link(draft, path);
        return { tookOver, release: () => release(path, own) };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
      await removeStale(path, home);
      tookOver = true;
    }
    throw alreadyRunning(home, undefined);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Who holds the lock, or undefined when nobody living does. */
export async function lockHolder(path: string): Promise<number | undefined> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  const holder = text === undefined ? undefined : parse(text);
  return holder !== undefined && holder.pid !== process.pid && (await isRunning(holder)) ? holder.pid : undefined;
}

async function removeStale(path: string, home: string): Promise<void> {
  const seen = await readFile(path, "utf8").catch(() => undefined);
  if (seen === undefined) return;
  const holder = parse(seen);
  if (holder !== undefined && holder.pid !== process.pid && (await isRunning(holder)))
    throw alreadyRunning(home, holder.pid);
  // Moved aside and looked at again: had another starter replaced it meanwhile, it gets its lock back.
  const aside = `${path}.${randomUUID()}`;
  await rename(path, aside).catch(() => undefined);
  const moved = await readFile(aside, "utf8").catch(() => undefined);
  if (moved !== undefined && moved !== seen) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

async function release(path: string, own: string): Promise<void> {
  const now = await readFile(path, "utf8").catch(() => undefined);
  if (now === own) await rm(path, { force: true });
}

function parse(text: string): z.output<typeof content> | undefined {
  try {
    return content.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function alreadyRunning(home: string, pid: number | undefined): CliError {
  return new CliError(
    "already_running",
    `Meterr already runs on ${home}${pid === undefined ? "" : ` (process ${pid})`}.`,
    {
      next: `Use the one that runs${pid === undefined ? "" : `, stop it with: kill ${pid}`}, or give this one its own METERR_HOME and ports.`,
    },
  );
}
