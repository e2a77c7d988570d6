import path from "node:path";
import { codeFiles, lineOf, type Tree } from "./tree.ts";

export interface Import {
  readonly file: string;
  readonly line: number;
  /** Null for an `import()` whose argument is computed. */
  readonly specifier: string | null;
}

const LITERAL = /^(["'`])((?:(?!\1|\$\{|\\).)+)\1$/;

/** Every static import, re-export and `import()` of a file, types included: an erased import still couples two files. */
export function importsOf(tree: Tree, file: string): Import[] {
  const { text, result } = tree.parse(file);
  const { staticImports, staticExports, dynamicImports } = result.module;
  const found = new Map<number, string | null>();
  for (const { moduleRequest } of staticImports) found.set(moduleRequest.start, moduleRequest.value);
  for (const { entries } of staticExports) {
    for (const { moduleRequest } of entries) if (moduleRequest) found.set(moduleRequest.start, moduleRequest.value);
  }
  for (const { moduleRequest } of dynamicImports) {
    found.set(moduleRequest.start, LITERAL.exec(text.slice(moduleRequest.start, moduleRequest.end))?.[2] ?? null);
  }
  return [...found].map(([offset, specifier]) => ({ file, line: lineOf(text, offset), specifier }));
}

export function allImports(tree: Tree): Import[] {
  return codeFiles(tree).flatMap((file) => importsOf(tree, file));
}

/** The file a relative import means, or null when there is none by exactly that name. */
export function resolveRelative(tree: Tree, from: string, specifier: string): string | null {
  const target = path.posix.join(path.posix.dirname(from), specifier);
  return tree.has(target) ? target : null;
}
