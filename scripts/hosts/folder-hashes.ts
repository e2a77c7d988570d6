import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

/** Every file below a folder with its SHA-256, hidden ones too, but for what is installed and what a build leaves. */
export async function folderHashes(folder: string, leaveOut: readonly string[]): Promise<Map<string, string>> {
  const skipped = new Set(["node_modules", ...leaveOut]);
  const hashes = new Map<string, string>();
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const whole = path.join(entry.parentPath, entry.name);
    const file = path.relative(folder, whole).replaceAll(path.sep, "/");
    if (skipped.has(file.split("/")[0] ?? "")) continue;
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
