import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { LedTo } from "../findings/collector.ts";
import type { AuditResult } from "../findings/finding.ts";
import type { AuditOptions } from "../findings/options.ts";
import type { SourceFile } from "../source/discover.ts";
import { ownFiles, replaceFile } from "./cache-files.ts";

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

/** A result with what `--changed` asks of it. */
export interface Kept {
  readonly result: AuditResult;
  readonly ledTo: LedTo;
}

interface Stored {
  readonly state: string;
  readonly result: AuditResult;
  readonly files: readonly string[];
  /** Indexes into `files`. */
  readonly ledTo: Readonly<Record<string, readonly number[]>>;
}

/** The last result for that state, or null. An unreadable cache is no cache. */
export function readResult(folder: string, state: string): Kept | null {
  try {
    const kept = JSON.parse(readFileSync(path.join(folder, "last.json"), "utf8")) as Stored;
    if (kept.state !== state) return null;
    const ledTo = Object.entries(kept.ledTo).map(
      ([fingerprint, files]) => [fingerprint, new Set(files.map((at) => kept.files[at] ?? ""))] as const,
    );
    return { result: { ...kept.result, cached: true }, ledTo: new Map(ledTo) };
  } catch {
    return null;
  }
}

/** Keeps the result; a folder that cannot be written is no reason to fail. */
export function keepResult(folder: string, state: string, { result, ledTo }: Kept): void {
  const numbers = new Map<string, number>();
  const numberOf = (file: string): number => {
    const known = numbers.get(file) ?? numbers.size;
    numbers.set(file, known);
    return known;
  };
  const numbered = Object.fromEntries([...ledTo].map(([name, files]) => [name, [...files].map(numberOf)]));
  const stored: Stored = { state, result, files: [...numbers.keys()], ledTo: numbered };
  replaceFile(folder, "last.json", JSON.stringify(stored));
}
