import { access } from "node:fs/promises";
import { CliError } from "../errors.ts";
import { kek as kekFormat } from "../settings/parsers.ts";
import type { ServerSettings } from "../settings/server-settings.ts";
import type { HomePaths } from "./paths.ts";
import { readPrivateFile } from "./read-private-file.ts";
import { writePrivateFile } from "./write-private-file.ts";

export interface Kek {
  /** 32 bytes in base64url. */
  value: string;
  /** Where it came from, to be told to a person. */
  source: string;
  /** True when this call made it: the person is told to back it up. */
  made: boolean;
}

export interface KekOptions {
  settings: Pick<ServerSettings, "kek" | "kekFile">;
  paths: Pick<HomePaths, "kek" | "keystore">;
  /** A KEK may be made only when nothing has been sealed under another one. */
  mayMake: boolean;
  randomBytes: (size: number) => Buffer;
}

/**
 * The key-encryption key: METERR_KEK, METERR_KEK_FILE, or the one kept in the home, made on the first start.
 * @throws CliError `kek_refused` when it is malformed, missing where it was named, or missing although needed.
 */
export async function loadKek({ settings, paths, mayMake, randomBytes }: KekOptions): Promise<Kek> {
  if (settings.kek !== undefined) return { value: settings.kek, source: "METERR_KEK", made: false };
  const file = settings.kekFile ?? paths.kek;
  const text = await readPrivateFile(file);
  if (text !== undefined) {
    const parsed = kekFormat.safeParse(text);
    if (!parsed.success) {
      throw new CliError("kek_refused", `${file} does not hold a KEK (32 bytes in base64url).`, {
        next: "Put your backup of the KEK there. Without it nothing that was sealed can be opened.",
      });
    }
    return { value: parsed.data, source: file, made: false };
  }
  if (settings.kekFile !== undefined) {
    throw new CliError("kek_refused", `METERR_KEK_FILE names ${file}, which does not exist.`, {
      next: "Correct the path, or leave METERR_KEK_FILE away to let Meterr make a KEK on its first start.",
    });
  }
  if (!mayMake) {
    throw new CliError(
      "kek_refused",
      `The KEK of this instance is missing: ${file} does not exist and METERR_KEK is not set.`,
      {
        next: "Restore it from your backup. A new one could not open what was sealed, so none is made.",
      },
    );
  }
  const value = randomBytes(32).toString("base64url");
  await writePrivateFile(file, `${value}\n`);
  return { value, source: file, made: true };
}

/** True when the folder of wrapped organisation keys exists. */
export async function keystoreExists(paths: Pick<HomePaths, "keystore">): Promise<boolean> {
  return access(paths.keystore).then(
    () => true,
    () => false,
  );
}
