/** The audited tree as the linker sees it: which files exist, and the text of the few it reads for configuration. */
export interface TreeFiles {
  has(path: string): boolean;
  /** Undefined when the file is absent or unreadable. */
  text(path: string): string | undefined;
}

/** Joins and normalises; a path that climbs out of the tree is null. */
export function joinPath(folder: string, relative: string): string | null {
  const parts = folder === "" ? [] : folder.split("/");
  for (const part of relative.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") {
      if (parts.pop() === undefined) return null;
    } else parts.push(part);
  }
  return parts.join("/");
}

export function folderOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash === -1 ? "" : path.slice(0, slash);
}

const EXTENSIONS = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"];
const JS_TO_TS: Readonly<Record<string, readonly string[]>> = {
  ".js": [".ts", ".tsx", ".js", ".jsx"],
  ".jsx": [".tsx", ".jsx"],
  ".mjs": [".mts", ".mjs"],
  ".cjs": [".cts", ".cjs"],
};

/** The file a path without (or with the emitted) extension means, by the rules bundlers and TypeScript share. */
export function existingFile(tree: TreeFiles, path: string | null): string | null {
  if (path === null) return null;
  if (/\.[cm]?[jt]sx?$/.test(path)) {
    if (tree.has(path)) return path;
    const dot = path.lastIndexOf(".");
    for (const extension of JS_TO_TS[path.slice(dot)] ?? []) {
      if (tree.has(path.slice(0, dot) + extension)) return path.slice(0, dot) + extension;
    }
  }
  for (const extension of EXTENSIONS) if (tree.has(path + extension)) return path + extension;
  const index = path === "" ? "index" : `${path}/index`;
  for (const extension of EXTENSIONS) if (tree.has(index + extension)) return index + extension;
  return null;
}
