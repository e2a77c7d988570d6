import type { Tree } from "./tree.ts";

export interface Manifest {
  readonly name: string;
  readonly exports?: Readonly<Record<string, string>>;
  /** A host's own names for what it imports: `#modules/<slug>/esm/index.js` is the module's copy, here the module itself. */
  readonly imports?: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  /** What the host brings: optional ones are loaded at their first use. */
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** A room is a workspace: a folder with its own package.json. */
export interface Room {
  /** "packages/vault" */
  readonly folder: string;
  readonly kind: "app" | "example" | "module" | "package" | "outside";
  readonly manifest: Manifest;
  /** A room exists once it has code; until then only its dependencies are declared. */
  readonly furnished: boolean;
}

const KINDS: Readonly<Record<string, Room["kind"]>> = {
  apps: "app",
  modules: "module",
  packages: "package",
  examples: "example",
};

export function readManifest(tree: Tree, file: string): Manifest {
  return JSON.parse(tree.read(file)) as Manifest;
}

export function roomsOf(tree: Tree): Room[] {
  return tree.files
    .filter((file) => /^((apps|examples|modules|packages)\/[^/]+|bench|e2e)\/package\.json$/.test(file))
    .map((file) => {
      const folder = file.slice(0, -"/package.json".length);
      return {
        folder,
        kind: KINDS[folder.split("/")[0] ?? ""] ?? "outside",
        manifest: readManifest(tree, file),
        furnished: tree.files.some((other) => other.startsWith(`${folder}/`) && /\.tsx?$/.test(other)),
      };
    });
}
