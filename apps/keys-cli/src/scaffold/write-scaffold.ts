import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { moduleFolder, recover } from "../add/module-folder.ts";
import type { ModuleFile } from "../catalogue/catalogue.ts";
import { KeysError } from "../errors.ts";

/** Writes a new module whole or not at all. Throws KeysError `already_there`. */
export async function writeScaffold(root: string, slug: string, files: readonly ModuleFile[]): Promise<void> {
  const folder = moduleFolder(root, slug);
  await recover(folder);
  if (existsSync(folder.path)) {
    throw new KeysError("already_there", `modules/${slug} is there already.`, { next: "Choose another slug." });
  }
  try {
    for (const { path, bytes } of files) {
      const to = join(folder.incoming, path);
      await mkdir(dirname(to), { recursive: true });
      await writeFile(to, bytes);
    }
    await rename(folder.incoming, folder.path);
  } catch (error) {
    await rm(folder.incoming, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  }
}
