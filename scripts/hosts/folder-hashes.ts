import { createHash } from "node:crypto";
import { glob, readFile, stat } from "node:fs/promises";
import path from "node:path";

/** Every file below a folder with its SHA-256, but for what is installed and what a build leaves. */
export async function folderHashes(folder: string, leaveOut: readonly string[]): Promise<Map<string, string>> {
  const hashes = new Map<string, string>();
  const exclude = (name: string): boolean => leaveOut.includes(name) || name === "node_modules";
  for await (const file of glob("**", { cwd: folder, exclude })) {
    const whole = path.join(folder, file);
    if (!(await stat(whole)).isFile()) continue;
    hashes.set(
      file,
      createHash("sha256")
        .update(await readFile(whole))
        .digest("hex"),
    );
  }
  return hashes;
}

/** One line for each file that is there in one only, or differs. */
export function differences(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const files = [...new Set([...before.keys(), ...after.keys()])].toSorted();
  return files
    .filter((file) => before.get(file) !== after.get(file))
    .map(
      (file) => `${file} ${!before.has(file) ? "was left behind" : !after.has(file) ? "is missing" : "has changed"}`,
    );
}
