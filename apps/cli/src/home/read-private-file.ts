import { open } from "node:fs/promises";
import { CliError } from "../errors.ts";

/**
 * Reads a secret file of at most 64 KiB, or undefined when there is none.
 * @throws CliError `configuration_refused` when others than its owner may read it, or when it cannot be read.
 */
export async function readPrivateFile(
  path: string,
  platform: NodeJS.Platform = process.platform,
): Promise<string | undefined> {
  const file = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw new CliError("configuration_refused", `${path} cannot be read (${error.code}).`, {
      next: `Let the user that runs meterr own it: chown "$(id -u)" ${path}`,
    });
  });
  if (file === undefined) return undefined;
  try {
    // Asked of the opened file, so that nobody can swap it between the check and the reading.
    const { mode, size } = await file.stat();
    if (platform !== "win32" && (mode & 0o077) !== 0) {
      throw new CliError(
        "configuration_refused",
        `${path} can be read by other users (mode ${(mode & 0o777).toString(8)}).`,
        {
          next: `Run: chmod 600 ${path}`,
        },
      );
    }
    if (size > 65_536) throw new CliError("configuration_refused", `${path} is too large to be what it should be.`);
    return await file.readFile("utf8");
  } finally {
    await file.close();
  }
}
