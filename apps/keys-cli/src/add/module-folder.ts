import { existsSync } from "node:fs";
import { readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { filesBelow } from "../files/files-below.ts";
import { hashOf } from "../files/hash-of.ts";
import { requireInside } from "../host/require-inside.ts";

/** A module's place in a host. */
export interface ModuleFolder {
  /** Absolute, links followed. */
  readonly path: string;
  /** Where the new files gather before they take the place, and where the old ones stand until all is done. */
  readonly incoming: string;
  readonly outgoing: string;
}

/** What is in it: path to hash, or null for a symbolic link. */
export type FolderContent = ReadonlyMap<string, string | null>;

/** Throws KeysError `outside_host` when a link leads out of the host. */
export function moduleFolder(root: string, slug: string): ModuleFolder {
  const path = requireInside(root, `modules/${slug}`);
  const beside = (what: string): string => join(dirname(path), `.${basename(path)}.keys-${what}`);
  return { path, incoming: beside("new"), outgoing: beside("old") };
}

/** Clears what a killed command left: the old files come back when nothing has taken their place. */
export async function recover(folder: ModuleFolder): Promise<void> {
  if (existsSync(folder.outgoing) && !existsSync(folder.path)) await rename(folder.outgoing, folder.path);
  await rm(folder.outgoing, { recursive: true, force: true });
  await rm(folder.incoming, { recursive: true, force: true });
}

/** @returns null when there is no such folder */
export async function contentOf(folder: ModuleFolder): Promise<FolderContent | null> {
  if (!existsSync(folder.path)) return null;
  const content = new Map<string, string | null>();
  for (const { path, link } of await filesBelow(folder.path, (name) => name === "node_modules")) {
    content.set(path, link ? null : hashOf(await readFile(join(folder.path, path))));
  }
  return content;
}

/**
 * Files that differ from every text keys knows for them, and links where keys put a file or a folder.
 * `known` holds, for each path, the hashes that are nobody's edit.
 */
export function editedFiles(content: FolderContent, known: ReadonlyMap<string, readonly string[]>): string[] {
  const folders = new Set([...known.keys()].flatMap(foldersOf));
  return [...content].flatMap(([path, hash]) => {
    const hashes = known.get(path);
    if (hash === null) return hashes !== undefined || folders.has(path) ? [path] : [];
    return hashes === undefined || hashes.includes(hash) ? [] : [path];
  });
}

/** Files keys knows nothing of: the host's own, which are kept. */
export function ownFiles(content: FolderContent, known: ReadonlyMap<string, readonly string[]>): string[] {
  const folders = new Set([...known.keys()].flatMap(foldersOf));
  return [...content.keys()].filter((path) => !known.has(path) && !folders.has(path));
}

function foldersOf(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
}
