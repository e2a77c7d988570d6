import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { ServerIdentity } from "./identity.ts";

/** The first folder on the way to `path`, itself included when it is a folder, that `identity` may not enter; null when none. */
export function firstUnreachable(path: string, identity: ServerIdentity): string | null {
  for (const folder of parents(resolve(path))) {
    const found = statSync(folder, { throwIfNoEntry: false });
    if (found === undefined || !found.isDirectory()) continue;
    if (!mayEnter(found, identity)) return folder;
  }
  return null;
}

function mayEnter(found: { mode: number; uid: number; gid: number }, identity: ServerIdentity): boolean {
  if (found.uid === identity.uid) return (found.mode & 0o100) !== 0;
  if (found.gid === identity.gid) return (found.mode & 0o010) !== 0;
  return (found.mode & 0o001) !== 0;
}

function parents(path: string): string[] {
  const above = dirname(path);
  return above === path ? [path] : [...parents(above), path];
}
