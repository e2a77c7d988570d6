import { chmod, lchown, lstat, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Account } from "./accounts.ts";

/** Makes a folder that belongs to `account` (undefined: to us), with exactly this mode, and all in it with it. */
export async function giveFolder(path: string, account: Account | undefined, mode: number): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  if (account !== undefined) await giveTree(path, account);
  await chmod(path, mode);
}

/** Hands a folder over, its own entry last, so that a hand-over cut short is begun again at the next start. */
async function giveTree(path: string, account: Account): Promise<void> {
  const found = await lstat(path);
  if (found.uid === account.uid && found.gid === account.gid) return;
  if (found.isDirectory()) for (const name of await readdir(path)) await giveTree(join(path, name), account);
  await lchown(path, account.uid, account.gid);
}
