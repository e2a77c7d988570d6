import { realpathSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Account } from "./accounts.ts";

/**
 * The first thing on the way to `path` that `account` may not pass through, or the file at its end when it may not be
 * read; null when nothing stands in the way. What does not exist stands in nobody's way.
 */
export function firstUnreadable(path: string, account: Account): string | null {
  let real = resolve(path);
  try {
    real = realpathSync(real);
  } catch {
    // Not there yet: the folders above it count.
  }
  for (const step of [...above(real), real]) {
    const found = statSync(step, { throwIfNoEntry: false });
    if (found === undefined) return null;
    const needed = found.isDirectory() ? 0o1 : 0o4;
    if ((found.mode & (needed << shift(found, account))) === 0) return step;
  }
  return null;
}

function shift(found: { uid: number; gid: number }, account: Account): number {
  if (found.uid === account.uid) return 6;
  return found.gid === account.gid ? 3 : 0;
}

function above(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [...above(parent), parent];
}
