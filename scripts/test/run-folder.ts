import { accessSync, chmodSync, constants, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { freemem, tmpdir } from "node:os";
import path from "node:path";

const MEMORY = "/dev/shm";
/** linux/magic.h: TMPFS_MAGIC */
const TMPFS = 0x01_02_19_94;
const GIB = 1024 ** 3;
/** A run holds well under one of files at a time. */
const ROOM = { folder: 2 * GIB, machine: 4 * GIB };

/**
 * A folder for every file a run makes and throws away: in memory where there is plenty, since a run makes and removes
 * hundreds of thousands of small files (each database of PostgreSQL has a thousand), and on disk what was removed slows
 * what is made next (ext4 leaves an inode be for minutes after its file is gone, and searches past all such).
 */
export function makeRunFolder(): string {
  return inMemory() ?? made(tmpdir());
}

function inMemory(): string | null {
  let folder: string;
  try {
    const { type, bavail, bsize } = statfsSync(MEMORY);
    if (type !== TMPFS || bavail * bsize < ROOM.folder || freemem() < ROOM.machine) return null;
    folder = made(MEMORY);
  } catch {
    return null; // another system, or closed to this user
  }
  // Some tests make programs and run them, which a container may forbid there.
  const program = path.join(folder, "program");
  try {
    writeFileSync(program, "", { mode: 0o755 });
    accessSync(program, constants.X_OK);
    rmSync(program);
    return folder;
  } catch {
    rmSync(folder, { recursive: true, force: true });
    return null;
  }
}

/** As root, servers and processes under test run as other users, who must be able to enter and to make files. */
function made(parent: string): string {
  const folder = mkdtempSync(path.join(parent, "meterr-test-"));
  chmodSync(folder, 0o1777);
  return folder;
}
