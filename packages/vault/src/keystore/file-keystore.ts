import { randomBytes } from "node:crypto";
import { readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { VaultError } from "../vault-error.ts";
import { alreadyThere, assertNames, assertRecord, changedMeanwhile, isOwner, isRecordId } from "./keystore.ts";
import type { Keystore } from "./keystore.ts";
import {
  assertPrivateFolder,
  ensurePrivateFolder,
  hasCode,
  ignoreMissing,
  readPrivateFile,
  syncFolder,
  writePrivateFile,
} from "./private-folder.ts";

const SUFFIX = ".jwe";
/** A folder on its way out: renamed first, so that an erasure is one step, then emptied. */
const ERASED = ".erased-";

/** Makes a keystore's folder. The parent must exist. @throws VaultError `keystore_insecure`, `keystore_unavailable` */
export async function createFileKeystore(directory: string): Promise<Keystore> {
  await guarded(() => ensurePrivateFolder(directory));
  return openFileKeystore(directory);
}

/**
 * Opens a keystore: one folder (0700) per owner with one file (0600) per record. Sweeps what an interrupted
 * erasure left. Several processes may use it.
 *
 * @throws VaultError `keystore_missing` when the folder is not there: never made on the way, since an empty
 *   keystore in place of a lost one would look like one that opens nothing
 */
export async function openFileKeystore(directory: string): Promise<Keystore> {
  await guarded(async () => {
    await assertPrivateFolder(directory);
    await sweep(directory);
  });
  const folderOf = (owner: string): string => join(directory, owner);
  const pathOf = (owner: string, id: string): string => join(directory, owner, `${id}${SUFFIX}`);

  return {
    put: (owner, id, record) =>
      guarded(async () => {
        assertNames(owner, id);
        assertRecord(record);
        await ensurePrivateFolder(folderOf(owner));
        try {
          await writePrivateFile(pathOf(owner, id), record, "link");
        } catch (error) {
          throw hasCode(error, "EEXIST") ? alreadyThere() : error;
        }
      }),
    get: (owner, id) =>
      guarded(async () => {
        assertNames(owner, id);
        return readPrivateFile(pathOf(owner, id));
      }),
    list: (owner) =>
      guarded(async () => {
        assertNames(owner);
        const names = await namesIn(folderOf(owner));
        return names
          .filter((name) => name.endsWith(SUFFIX))
          .map((name) => name.slice(0, -SUFFIX.length))
          .filter(isRecordId)
          .toSorted();
      }),
    owners: () =>
      guarded(async () => {
        const owners: string[] = [];
        for (const name of (await namesIn(directory)).filter(isOwner).toSorted()) {
          if ((await namesIn(folderOf(name))).some((file) => file.endsWith(SUFFIX))) owners.push(name);
        }
        return owners;
      }),
    replace: (owner, id, current, next) =>
      guarded(async () => {
        assertNames(owner, id);
        assertRecord(next);
        if ((await readPrivateFile(pathOf(owner, id))) !== current) throw changedMeanwhile();
        await writePrivateFile(pathOf(owner, id), next, "rename");
      }),
    remove: (owner) =>
      guarded(async () => {
        assertNames(owner);
        const gone = join(directory, `${ERASED}${randomBytes(12).toString("hex")}`);
        await rename(folderOf(owner), gone).catch(ignoreMissing);
        await syncFolder(directory);
        await rm(gone, { recursive: true, force: true });
        await syncFolder(directory);
      }),
  };
}

async function sweep(directory: string): Promise<void> {
  for (const name of await namesIn(directory)) {
    if (name.startsWith(ERASED)) await rm(join(directory, name), { recursive: true, force: true });
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => {
    ignoreMissing(error);
    return [];
  });
}

/** Keeps paths and system messages out of errors; codes are enough to act on. */
async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof VaultError) throw error;
    if (hasCode(error, "ENOENT")) throw new VaultError("keystore_missing", "The keystore's folder is not there.");
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    throw new VaultError("keystore_unavailable", `The keystore cannot be read or written (${code}).`);
  }
}
