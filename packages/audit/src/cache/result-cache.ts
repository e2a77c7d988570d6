import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { AuditResult } from "../findings/finding.ts";
import type { AuditOptions } from "../findings/options.ts";
import type { SourceFile } from "../source/discover.ts";

/**
 * Names a state of a tree: every file with its size and time, the configuration, and this program's own files. Equal
 * names mean that the answers of the last run still hold.
 */
export function stateOf(files: readonly SourceFile[], options: AuditOptions): string {
  const hash = createHash("sha256");
  for (const file of files) hash.update(`${file.path}\0${file.bytes}\0${file.modified}\n`);
  hash.update(JSON.stringify([options.root, options.configuration, ownFiles()]));
  return hash.digest("hex");
}

/** The last result for that state, or null. An unreadable cache is no cache. */
export function readResult(folder: string, state: string): AuditResult | null {
  try {
    const kept = JSON.parse(readFileSync(path.join(folder, "last.json"), "utf8")) as {
      state: string;
      result: AuditResult;
    };
    return kept.state === state ? { ...kept.result, cached: true } : null;
  } catch {
    return null;
  }
}

/** Keeps the result; a folder that cannot be written is no reason to fail. */
export function keepResult(folder: string, state: string, result: AuditResult): void {
  const temporary = path.join(folder, `last.${process.pid}.tmp`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(temporary, JSON.stringify({ state, result }), { mode: 0o600 });
    renameSync(temporary, path.join(folder, "last.json"));
  } catch {
    rmSync(temporary, { force: true });
  }
}

function ownFiles(): string[] {
  const root = path.join(import.meta.dirname, "..");
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.[cm]?[jt]s$/.test(file))
    .sort()
    .map((file) => {
      const { size, mtimeMs } = statSync(path.join(root, file));
      return `${file}:${size}:${mtimeMs}`;
    });
}
