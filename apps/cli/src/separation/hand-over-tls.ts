import { lchown, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { CliError } from "../errors.ts";
import type { Account } from "./accounts.ts";
import { giveFolder } from "./give.ts";

export interface TlsFiles {
  certFile: string;
  keyFile: string;
}

/**
 * Copies certificate and private key to where one process, and nobody else, can read them: the operator's own files
 * may be root's alone.
 * @throws CliError `configuration_refused` when they cannot be read.
 */
export async function handOverTls(tls: TlsFiles, folder: string, account: Account): Promise<TlsFiles> {
  await giveFolder(folder, undefined, 0o700);
  const copies = { certFile: join(folder, "certificate"), keyFile: join(folder, "private") };
  for (const name of ["certFile", "keyFile"] as const) {
    const content = await readFile(tls[name]).catch((error: NodeJS.ErrnoException) => {
      throw new CliError("configuration_refused", `${tls[name]} cannot be read (${error.code ?? "unknown"}).`, {
        next: "Correct METERR_TLS_CERT and METERR_TLS_KEY.",
        cause: error,
      });
    });
    await rm(copies[name], { force: true });
    const copy = await open(copies[name], "wx", 0o400);
    try {
      await copy.writeFile(content);
    } finally {
      await copy.close();
    }
    await lchown(copies[name], account.uid, account.gid);
  }
  await giveFolder(folder, account, 0o500);
  return copies;
}
