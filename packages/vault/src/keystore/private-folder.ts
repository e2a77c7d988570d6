import { constants } from "node:fs";
import { link, lstat, mkdir, open, rename, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { randomBytes } from "node:crypto";
import { VaultError } from "../vault-error.ts";
import { MAX_RECORD_BYTES } from "./keystore.ts";

/** What an interrupted write may leave behind: no record id starts like this, and an erasure takes it along. */
const TEMPORARY = ".tmp-";

/** Makes the folder (0700) if need be. @throws VaultError `keystore_insecure` when it is not ours alone. */
export async function ensurePrivateFolder(folder: string): Promise<void> {
  const made = await mkdir(folder, { mode: 0o700 }).then(
    () => true,
    (error: unknown) => {
      if (hasCode(error, "EEXIST")) return false;
      throw error;
    },
  );
  if (made) await syncFolder(dirname(folder));
  await assertPrivateFolder(folder);
}

export async function assertPrivateFolder(folder: string): Promise<void> {
  const found = await lstat(folder);
  if (!found.isDirectory() || isOpenToOthers(found)) {
    throw new VaultError(
      "keystore_insecure",
      "The keystore's folder must be a directory of mode 0700 owned by this user.",
    );
  }
}

/** The text of a private file, or null when there is none. Never follows a link. */
export async function readPrivateFile(path: string): Promise<string | null> {
  let file;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return null;
    throw error;
  }
  try {
    const found = await file.stat();
    if (!found.isFile() || isOpenToOthers(found) || found.size > MAX_RECORD_BYTES) {
      throw new VaultError(
        "keystore_insecure",
        "A keystore file must be a small regular file of mode 0600 owned by this user.",
      );
    }
    return await file.readFile("ascii");
  } finally {
    await file.close();
  }
}

/**
 * Writes aside, syncs, then publishes under its name in one step, so that a reader or a crash sees the old
 * state or the new one and never half a file.
 *
 * @param publish `link` fails with EEXIST when the name is taken; `rename` replaces what is there
 */
export async function writePrivateFile(path: string, text: string, publish: "link" | "rename"): Promise<void> {
  const folder = dirname(path);
  const aside = join(folder, `${TEMPORARY}${randomBytes(12).toString("hex")}`);
  try {
    const file = await open(aside, "wx", 0o600);
    try {
      await file.writeFile(text, "ascii");
      await file.sync();
    } finally {
      await file.close();
    }
    if (publish === "rename") {
      await rename(aside, path);
    } else {
      await link(aside, path);
    }
  } finally {
    await unlink(aside).catch(ignoreMissing);
  }
  await syncFolder(folder);
}

/** Makes new and removed names durable. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return; // a directory cannot be opened there
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

export function ignoreMissing(error: unknown): void {
  if (!hasCode(error, "ENOENT")) throw error;
}

function isOpenToOthers(found: { mode: number; uid: number }): boolean {
  if (process.platform === "win32") return false; // no POSIX modes
  return (found.mode & 0o077) !== 0 || found.uid !== process.geteuid?.();
}
