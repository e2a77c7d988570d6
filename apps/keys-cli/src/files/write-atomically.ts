import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { KeysError } from "../errors.ts";

/** Where a file is written before it takes its name; left behind only when the process was killed. */
export function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}.keys-tmp`);
}

/**
 * Replaces a file whole: whoever reads it sees the old text or the new one. `before` is the text the new one was made
 * from, null when there was no file; throws KeysError `changed_meanwhile` when somebody else has written since.
 */
export async function writeAtomically(path: string, text: string, before: string | null): Promise<void> {
  const temporary = temporaryName(path);
  try {
    await writeFile(temporary, text, { mode: await modeOf(path) });
    if ((await textOf(path)) !== before) {
      throw new KeysError("changed_meanwhile", `${basename(path)} was changed by somebody else meanwhile.`, {
        next: "Run the command again.",
      });
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** @returns null when there is no such file */
export async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

async function modeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).mode & 0o777;
  } catch {
    return 0o644;
  }
}
