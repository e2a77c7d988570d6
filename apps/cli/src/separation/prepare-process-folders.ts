import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { HomePaths } from "../home/paths.ts";
import { separated, type Account } from "./accounts.ts";
import type { Separation } from "./decide-separation.ts";
import { giveFolder } from "./give.ts";

/**
 * Gives each process what is its own below the home: the gateway the keystore and the signed heads, the sandbox its
 * ledger, each its cache. Only the dashboard's group may enter the folder of the key service's socket. Without
 * separation everything belongs to the user that started Meterr. Nothing may be running yet.
 */
export async function prepareProcessFolders(
  paths: HomePaths,
  separation: Separation,
  uid: number | undefined,
): Promise<void> {
  const { accounts } = separation;
  // Taken back when an earlier start had given it away.
  const ours: Account | undefined = uid === 0 ? { uid: 0, gid: 0 } : undefined;
  const gateway = accounts?.gateway ?? ours;
  await giveFolder(paths.run, ours, accounts === null ? 0o700 : 0o711);
  if (accounts === null) await giveFolder(paths.keyServiceFolder, ours, 0o700);
  // setgid: the socket made inside gets the dashboard's group, which the gateway itself is not in.
  else await giveFolder(paths.keyServiceFolder, { uid: accounts.gateway.uid, gid: accounts.dashboard.gid }, 0o2750);
  await giveFolder(paths.auditHeads, gateway, 0o700);
  await giveFolder(paths.sandbox, accounts?.sandbox ?? ours, 0o700);
  await giveFolder(paths.cache, ours, accounts === null ? 0o700 : 0o711);
  for (const name of separated) {
    if (name !== "postgres") await giveFolder(join(paths.cache, name), accounts?.[name] ?? ours, 0o700);
  }
  const keystore = await stat(paths.keystore).catch(() => undefined);
  if (keystore?.isDirectory() === true) await giveFolder(paths.keystore, gateway, 0o700);
}
