import { chmod, mkdir, readdir, stat } from "node:fs/promises";
import { CliError } from "../errors.ts";
import type { HomePaths } from "./paths.ts";

/** What may stand in the folder before Meterr has marked it: provisioned secrets, and a volume's own folder. */
const provisionable = new Set(["secrets", "keystore", "lost+found", "meterr.lock", "operator.json"]);

export interface HomeOwner {
  uid: number | undefined;
}

/**
 * Makes the home and its folders with narrow permissions.
 * As root the home itself may be passed through (0711) so that other users reach what is theirs in it.
 * @throws CliError `home_refused` when it cannot be written, is not a folder, or holds somebody else's files.
 */
export async function prepareHome(paths: HomePaths, owner: HomeOwner): Promise<void> {
  try {
    await mkdir(paths.home, { recursive: true, mode: 0o700 });
    const found = await readdir(paths.home);
    const foreign = found.includes("meterr.json") ? [] : found.filter((name) => !provisionable.has(name));
    if (foreign.length > 0) {
      throw new CliError("home_refused", `The data folder ${paths.home} already holds files that are not Meterr's.`, {
        next: "Set METERR_HOME to an empty folder, or to one that does not exist yet.",
      });
    }
    await ownedBy(paths.home, owner);
    await chmod(paths.home, owner.uid === 0 ? 0o711 : 0o700);
    for (const folder of [paths.secrets, paths.logs]) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await chmod(folder, 0o700);
    }
    await mkdir(paths.run, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw asHomeRefused(error, paths.home);
  }
}

async function ownedBy(folder: string, owner: HomeOwner): Promise<void> {
  const { uid } = await stat(folder);
  if (owner.uid !== undefined && uid !== owner.uid) {
    throw new CliError("home_refused", `The data folder ${folder} belongs to another user (uid ${uid}).`, {
      next: `Run meterr as that user, give the folder away with chown, or set METERR_HOME.`,
    });
  }
}

function asHomeRefused(error: unknown, home: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (error instanceof CliError || code === undefined) return error;
  const reasons: Record<string, string> = {
    EACCES: "cannot be written by this user",
    EPERM: "cannot be written by this user",
    EROFS: "lies on a read-only file system",
    ENOTDIR: "runs through something that is not a folder",
    EEXIST: "is not a folder",
    ENOSPC: "lies on a full disk",
  };
  return new CliError("home_refused", `The data folder ${home} ${reasons[code] ?? `cannot be prepared (${code})`}.`, {
    next: "Make it writable for the user that runs meterr, or set METERR_HOME to another folder.",
    cause: error,
  });
}
