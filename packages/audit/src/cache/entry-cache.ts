import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { EntryPoint } from "../entry-points/entry-point.ts";
import type { AuditOptions } from "../findings/options.ts";
import type { Placed } from "../findings/placed.ts";
import type { RawAnswer } from "../judge.ts";
import type { Project, ProjectFile } from "../project.ts";
import type { SourceFile } from "../source/discover.ts";
import { ownFiles, replaceFile } from "./cache-files.ts";

/** What is known of an entry point, without its syntax tree. */
export interface KeptEntry {
  readonly answers: readonly RawAnswer[];
  readonly findings: readonly Placed[];
  /** Every file it goes back to. */
  readonly reads: readonly string[];
  /** Functions that were followed (`functionKey`). */
  readonly functions: readonly string[];
  /** Something in it is done by code that is not seen, which may have asked who is calling. */
  readonly mayHaveAsked: boolean;
}

interface Stored {
  readonly tree: string;
  /** Paths and hashes of all files that answers go back to. */
  readonly files: readonly (readonly [string, string])[];
  /** Names of functions. */
  readonly functions: readonly string[];
  /** `reads` and `functions` are indexes into those. */
  readonly entries: Readonly<Record<string, Numbered>>;
}

interface Numbered extends Omit<KeptEntry, "reads" | "functions"> {
  readonly reads: readonly number[];
  readonly functions: readonly number[];
}

const FILE = "entries.json";
/** Its text counts for what goes back to it alone, also when it cannot be parsed. */
const CODE = /\.[cm]?[jt]sx?$/;
const NOTHING: Stored = { tree: "", files: [], functions: [], entries: {} };

/**
 * Answers of earlier runs, entry point by entry point. They hold as long as the texts of all files they go back to are
 * the same, and everything that is learnt of the tree as a whole: which files there are, where imports lead, what the
 * project knows.
 */
export class EntryCache {
  readonly #folder: string;
  readonly #tree: string;
  readonly #files: ReadonlyMap<string, ProjectFile>;
  readonly #before: Stored;
  /** Whether each file of the earlier run is as it was. */
  readonly #same: readonly boolean[];
  readonly #entries: Record<string, Numbered> = {};
  readonly #seen = new Map<string, number>();
  readonly #reads = new Numbers();
  readonly #functions = new Numbers();

  constructor(
    folder: string,
    options: AuditOptions,
    found: readonly SourceFile[],
    project: Project,
    files: ReadonlyMap<string, ProjectFile>,
  ) {
    this.#folder = folder;
    this.#files = files;
    this.#tree = treeOf(options, found, project);
    this.#before = read(folder, this.#tree);
    this.#same = this.#before.files.map(([file, hash]) => this.#hashOf(file) === hash);
  }

  /** What was answered before, where it still holds; null for an entry point that is put together from several files. */
  find(entry: EntryPoint): KeptEntry | null {
    if (entry.with !== undefined) return null;
    const kept = this.#before.entries[this.#nameOf(entry)];
    if (kept === undefined || !kept.reads.every((at) => this.#same[at] === true)) return null;
    return {
      ...kept,
      reads: kept.reads.map((at) => this.#before.files[at]?.[0] ?? ""),
      functions: kept.functions.map((at) => this.#before.functions[at] ?? ""),
    };
  }

  keep(entry: EntryPoint, { answers, findings, reads, functions, mayHaveAsked }: KeptEntry): void {
    if (entry.with !== undefined) return;
    const name = this.#nameOf(entry);
    const named = name.slice(0, name.lastIndexOf(" "));
    this.#seen.set(named, (this.#seen.get(named) ?? 0) + 1);
    const numbered = { reads: this.#reads.of(reads), functions: this.#functions.of(functions) };
    this.#entries[name] = { answers, findings, ...numbered, mayHaveAsked };
  }

  /** Writes what was kept. A folder that cannot be written is no reason to fail. */
  write(): void {
    const stored: Stored = {
      tree: this.#tree,
      files: this.#reads.all().map((file) => [file, this.#hashOf(file)]),
      functions: this.#functions.all(),
      entries: this.#entries,
    };
    replaceFile(this.#folder, FILE, JSON.stringify(stored));
  }

  #nameOf({ kind, framework, name, method, path: route, file, node }: EntryPoint): string {
    const named = JSON.stringify([kind, framework, name, method, route, file, node.type, node.start, node.end]);
    return `${named} ${this.#seen.get(named) ?? 0}`;
  }

  #hashOf(file: string): string {
    const text = this.#files.get(file)?.text;
    return text === undefined ? "" : createHash("sha256").update(text).digest("base64");
  }
}

/** Texts that are said often, each by a number. */
class Numbers {
  readonly #known = new Map<string, number>();

  of(texts: readonly string[]): number[] {
    return texts.map((text) => {
      const known = this.#known.get(text) ?? this.#known.size;
      this.#known.set(text, known);
      return known;
    });
  }

  all(): string[] {
    return [...this.#known.keys()];
  }
}

function read(folder: string, tree: string): Stored {
  try {
    const stored = JSON.parse(readFileSync(path.join(folder, FILE), "utf8")) as Stored;
    return stored.tree === tree ? stored : NOTHING;
  } catch {
    return NOTHING;
  }
}

/** Everything an answer may rest on beside the texts of files of code. */
function treeOf(options: AuditOptions, found: readonly SourceFile[], project: Project): string {
  const hash = createHash("sha256");
  // Where an import leads depends on which files there are, and on what package.json and tsconfig.json say.
  for (const file of found)
    hash.update(CODE.test(file.path) ? `${file.path}\n` : `${file.path}\0${file.bytes}\0${file.modified}\n`);
  hash.update(JSON.stringify([options.root, options.configuration, ownFiles(), learnt(project)]));
  return hash.digest("hex");
}

/** What the project knows of the tree as a whole, whatever that may come to be: all it can be asked without naming a file. */
function learnt(project: Project): unknown {
  return Object.entries(project)
    .filter(([name]) => name !== "file" && name !== "resolve")
    .map(([name, value]) => [name, plain(typeof value === "function" ? (value as () => unknown)() : value)]);
}

function plain(value: unknown): unknown {
  if (value instanceof Map) return [...value].map(plain);
  if (value instanceof Set) return [...value].map(plain);
  if (Array.isArray(value)) return value.map(plain);
  return typeof value === "object" && value !== null
    ? Object.entries(value).map(([name, inner]) => [name, plain(inner)])
    : value;
}
