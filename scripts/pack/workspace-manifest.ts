import { glob, readFile } from "node:fs/promises";
import path from "node:path";

/** What packing reads of a workspace's package.json. */
export interface WorkspaceManifest {
  readonly name: string;
  readonly version: string;
  readonly exports?: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
  /** Files and folders beside `src` that belong to the package. */
  readonly files?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly [member: string]: unknown;
}

export async function readWorkspace(root: string, folder: string): Promise<WorkspaceManifest> {
  return JSON.parse(await readFile(path.join(root, folder, "package.json"), "utf8")) as WorkspaceManifest;
}

/** The folder of the workspace with this name, or null when it is somebody else's package. */
export async function findWorkspace(root: string, name: string): Promise<string | null> {
  for await (const file of glob("{packages,modules,apps}/*/package.json", { cwd: root })) {
    const folder = path.dirname(file);
    if ((await readWorkspace(root, folder)).name === name) return folder;
  }
  return null;
}
