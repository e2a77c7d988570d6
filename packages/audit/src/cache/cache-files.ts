import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";

/** This program's own files with their sizes and times: another version's answers are not this one's. */
export function ownFiles(): string[] {
  const root = path.join(import.meta.dirname, "..");
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.[cm]?[jt]s$/.test(file))
    .sort()
    .map((file) => {
      const { size, mtimeMs } = statSync(path.join(root, file));
      return `${file}:${size}:${mtimeMs}`;
    });
}

/** Writes a file whole or not at all; a folder that cannot be written is no reason to fail. */
export function replaceFile(folder: string, name: string, text: string): void {
  const temporary = path.join(folder, `${name}.${process.pid}.tmp`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(temporary, text, { mode: 0o600 });
    renameSync(temporary, path.join(folder, name));
  } catch {
    rmSync(temporary, { force: true });
  }
}
