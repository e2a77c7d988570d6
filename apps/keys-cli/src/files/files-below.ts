import { readdir } from "node:fs/promises";
import { join } from "node:path";

export interface FoundFile {
  /** Relative to the folder, with `/`. */
  readonly path: string;
  readonly link: boolean;
}

/**
 * Every file and symbolic link below a folder, sorted by path; folders behind links are not entered.
 * @returns nothing when there is no such folder
 */
export async function filesBelow(
  folder: string,
  skip: (name: string, path: string) => boolean = () => false,
): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  async function enter(relative: string): Promise<void> {
    const entries = await readdir(join(folder, relative), { withFileTypes: true });
    for (const entry of entries) {
      const path = relative === "" ? entry.name : `${relative}/${entry.name}`;
      if (skip(entry.name, path)) continue;
      if (entry.isDirectory()) await enter(path);
      else if (entry.isFile() || entry.isSymbolicLink()) found.push({ path, link: entry.isSymbolicLink() });
    }
  }
  try {
    await enter("");
  } catch (error) {
    if (found.length === 0 && error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
  return found.sort((one, other) => (one.path < other.path ? -1 : 1));
}
