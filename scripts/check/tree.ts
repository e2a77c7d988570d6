import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { type ParseResult, parseSync } from "oxc-parser";

const CODE = /\.(ts|tsx|mts|mjs|js|cjs)$/;

export interface ParsedFile {
  readonly text: string;
  readonly result: ParseResult;
}

/** The project's files as the checks see them: what is committed or about to be, never what is ignored. */
export interface Tree {
  readonly root: string;
  /** Relative to the root, with forward slashes, sorted. */
  readonly files: readonly string[];
  has(file: string): boolean;
  read(file: string): string;
  /** Parsed once per run, whichever part asks first. */
  parse(file: string): ParsedFile;
}

/** @throws when `root` is no git work tree: without one there is no telling the project's files from leftovers. */
export function openTree(root: string): Tree {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const names = [...new Set(listed.split("\0"))].filter((file) => file !== "" && existsSync(path.join(root, file)));
  return treeOf(root, names);
}

/** A tree of exactly these files. */
export function treeOf(root: string, names: readonly string[]): Tree {
  const files = names.toSorted();
  const known = new Set(files);
  const parsed = new Map<string, ParsedFile>();
  const read = (file: string): string => readFileSync(path.join(root, file), "utf8");
  return {
    root,
    files,
    has: (file) => known.has(file),
    read,
    parse(file) {
      const cached = parsed.get(file);
      if (cached !== undefined) return cached;
      const text = read(file);
      const fresh = { text, result: parseSync(file, text) };
      parsed.set(file, fresh);
      return fresh;
    },
  };
}

export function codeFiles(tree: Tree): string[] {
  return tree.files.filter((file) => CODE.test(file));
}

/** 1-based line of a character offset. */
export function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) line += 1;
  return line;
}
