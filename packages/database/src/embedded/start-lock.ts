import { randomBytes } from "node:crypto";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { DatabaseError } from "../errors.ts";
import { isRunning } from "./server-process.ts";

/**
 * Keeps two starts of one folder apart. A lock whose process is gone is taken over.
 * Returns its release.
 * @throws DatabaseError folder_busy when another start holds it for longer than `waitMs`
 */
export async function takeStartLock(file: string, waitMs: number): Promise<() => void> {
  const mine = `${process.pid} ${randomBytes(8).toString("hex")}\n`;
  const deadline = performance.now() + waitMs;
  while (!tryStartLock(file, mine)) {
    if (performance.now() > deadline) {
      throw new DatabaseError("folder_busy", `Another process is starting the database of this folder (${file}).`, {
        retryable: true,
      });
    }
    await delay(25);
  }
  return () => {
    if (content(file) === mine) rmSync(file, { force: true });
  };
}

/** One attempt, without waiting. */
export function tryStartLock(file: string, mine: string): boolean {
  try {
    writeFileSync(file, mine, { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const held = content(file);
  if (held !== null && held !== "" && !isRunning(Number.parseInt(held, 10))) removeStale(file, held);
  return false;
}

function removeStale(file: string, stale: string): void {
  const aside = `${file}.${randomBytes(6).toString("hex")}`;
  try {
    renameSync(file, aside);
    // Somebody else may have replaced the stale lock between our look and our rename: give theirs back.
    if (content(aside) === stale) rmSync(aside, { force: true });
    else renameSync(aside, file);
  } catch {
    // Gone already: another start was quicker.
  }
}

function content(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}
