import { type PathAliases, pathAliases } from "./path-aliases.ts";
import { isOfTheProduct } from "./public-scopes.ts";
import { existingFile, folderOf, joinPath, type TreeFiles } from "./tree-files.ts";
import { resolveInWorkspace, type Workspace } from "./workspaces.ts";

/** Where an import leads: a file of the tree, a package outside it, or nowhere that can be seen. */
export type Resolution =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "package"; readonly name: string }
  | { readonly kind: "missing" };

export type Resolver = (from: string, specifier: string) => Resolution;

const PACKAGE = /^(?:@[a-z0-9~][\w.~-]*\/)?[a-z0-9~][\w.~-]*(?:\/|$)/i;
/** From a base that is not in the tree: no package's name has a capital letter, or is that of a customary folder. */
const OWN_FOLDER =
  /^(?:[A-Z]\w*|src|lib|libs|server|servers|services|models|controllers|middlewares?|helpers|utils|entities|repositories|modules|database|db|shared|common|config)\/[\w.-]/;
/** Aliases frameworks hand out; without a tsconfig in the tree these are still most likely what they mean. */
const CUSTOMARY = /^(?:@|~|\$lib|#|src|app)\//;

export function createResolver(tree: TreeFiles, workspaces: ReadonlyMap<string, Workspace>): Resolver {
  const aliasesByFolder = new Map<string, PathAliases>();
  const known = new Map<string, Resolution>();
  const packageFolder = (name: string): string | null => workspaces.get(name)?.folder ?? null;
  const aliasesOf = (folder: string): PathAliases => {
    const found = aliasesByFolder.get(folder) ?? pathAliases(tree, folder, packageFolder);
    aliasesByFolder.set(folder, found);
    return found;
  };

  const resolve = (from: string, specifier: string): Resolution => {
    const folder = folderOf(from);
    if (specifier.startsWith("node:") || specifier.startsWith("bun:")) return { kind: "package", name: specifier };
    if (specifier.startsWith(".")) return asFile(existingFile(tree, joinPath(folder, specifier)));
    const aliases = aliasesOf(folder);
    for (const { pattern, targets } of aliases.paths) {
      const middle = match(pattern, specifier);
      if (middle === null) continue;
      for (const target of targets) {
        const file = existingFile(tree, target.replace("*", middle));
        if (file !== null) return { kind: "file", path: file };
      }
      if (pattern !== "*") return { kind: "missing" };
    }
    const [, name = specifier, sub = ""] = /^((?:@[^/]+\/)?[^/]+)\/?(.*)$/.exec(specifier) ?? [];
    const workspace = workspaces.get(name);
    if (workspace !== undefined) {
      return asFile(resolveInWorkspace(tree, workspace, sub));
    }
    if (aliases.baseUrl !== null) {
      const file = existingFile(tree, joinPath(aliases.baseUrl, specifier));
      if (file !== null) return { kind: "file", path: file };
    }
    if (CUSTOMARY.test(specifier)) return customary(tree, folder, specifier);
    if (isOfTheProduct(specifier)) return { kind: "missing" };
    // `models/invoice`, from the base that a tsconfig names which is not in the tree.
    if (OWN_FOLDER.test(specifier)) return customary(tree, folder, `src/${specifier}`);
    return PACKAGE.test(specifier) ? { kind: "package", name: specifier } : { kind: "missing" };
  };

  return (from, specifier) => {
    const key = `${folderOf(from)}\0${specifier}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const found = resolve(from, specifier);
    known.set(key, found);
    return found;
  };
}

function asFile(path: string | null): Resolution {
  return path === null ? { kind: "missing" } : { kind: "file", path };
}

function match(pattern: string, specifier: string): string | null {
  const star = pattern.indexOf("*");
  if (star === -1) return pattern === specifier ? "" : null;
  const [head, tail] = [pattern.slice(0, star), pattern.slice(star + 1)];
  if (specifier.length < head.length + tail.length) return null;
  return specifier.startsWith(head) && specifier.endsWith(tail)
    ? specifier.slice(head.length, specifier.length - tail.length)
    : null;
}

/** `@/lib/auth` from anywhere below: tried in the folder above that holds it, and in that folder's `src`. */
function customary(tree: TreeFiles, folder: string, specifier: string): Resolution {
  const rest = specifier.slice(specifier.indexOf("/") + 1);
  for (let at: string | null = folder; at !== null; at = at === "" ? null : folderOf(at)) {
    for (const base of ["", "src", "app"]) {
      const file = existingFile(tree, joinPath(at, base === "" ? rest : `${base}/${rest}`));
      if (file !== null) return { kind: "file", path: file };
    }
  }
  return { kind: "missing" };
}
