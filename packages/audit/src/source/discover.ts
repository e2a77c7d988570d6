import { lstatSync, readdirSync, realpathSync, statSync } from "node:fs";
import path from "node:path";
import { AuditError } from "../audit-error.ts";

/** A file of the audited tree. `path` is relative to its root, with `/`. */
export interface SourceFile {
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds since the epoch. */
  readonly modified: number;
}

export interface Discovery {
  readonly files: readonly SourceFile[];
  /** Folders that could not be read, with the reason: the audit is then incomplete. */
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
}

/** Never judged: not written by the people whose code is audited, or a product of it. */
const SKIPPED = new Set([
  "node_modules",
  ".git",
  ".hg",
  ".svn",
  ".next",
  ".nuxt",
  ".turbo",
  ".vercel",
  ".output",
  ".svelte-kit",
  ".cache",
  ".yarn",
  ".pnpm-store",
  "dist",
  "build",
  "out",
  "coverage",
  "storybook-static",
  "__snapshots__",
  "bower_components",
]);
const JUDGED = /\.(?:[cm]?[jt]sx?|sql)$/;
const CONFIGURATION =
  /^(?:package\.json|key\.json|tsconfig[^/]*\.json|jsconfig\.json|schema\.prisma|vercel\.json|.*\.prisma)$/;

/**
 * Every file below `root` an audit may read, in a stable order. Symbolic links to files and folders inside the tree are
 * left out (what they point at is found where it stands), so no loop can arise.
 * @throws AuditError `not_a_folder`, `unreadable_folder`
 */
export function discover(root: string): Discovery {
  const stat = statSync(root, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isDirectory()) throw new AuditError("not_a_folder", `${root} is not a folder.`);
  const files: SourceFile[] = [];
  const unreadable: { path: string; reason: string }[] = [];
  const open = [""];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    let entries;
    try {
      entries = readdirSync(path.join(root, folder), { withFileTypes: true });
    } catch (error) {
      if (folder === "") throw new AuditError("unreadable_folder", `${root} cannot be read: ${codeOf(error)}.`);
      unreadable.push({ path: folder, reason: codeOf(error) });
      continue;
    }
    for (const entry of entries) {
      const relative = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!SKIPPED.has(entry.name)) open.push(relative);
      } else if (entry.isFile() && (JUDGED.test(entry.name) || CONFIGURATION.test(entry.name))) {
        const found = lstatSync(path.join(root, relative), { throwIfNoEntry: false });
        if (found !== undefined) files.push({ path: relative, bytes: found.size, modified: found.mtimeMs });
      } else if (entry.isSymbolicLink() && !SKIPPED.has(entry.name) && leavesTree(root, relative)) {
        unreadable.push({ path: relative, reason: "a link that leaves the tree is not followed" });
      }
    }
  }
  files.sort((one, other) => (one.path < other.path ? -1 : 1));
  return { files, unreadable };
}

function leavesTree(root: string, relative: string): boolean {
  try {
    const inside = path.relative(realpathSync(root), realpathSync(path.join(root, relative)));
    return inside.startsWith("..") || path.isAbsolute(inside);
  } catch {
    return false; // it points nowhere: there is nothing to judge
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "it cannot be read";
}
