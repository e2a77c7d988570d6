import { existingFile, folderOf, joinPath, type TreeFiles } from "./tree-files.ts";

interface PackageJson {
  readonly name?: unknown;
  readonly exports?: unknown;
  readonly main?: unknown;
  readonly module?: unknown;
  readonly source?: unknown;
  readonly types?: unknown;
  readonly imports?: unknown;
}

/** One package.json of the tree. */
export interface Workspace {
  readonly folder: string;
  readonly manifest: PackageJson;
}

/** Every named package of the tree, whether or not the root lists it as a workspace. */
export function readWorkspaces(tree: TreeFiles, manifests: readonly string[]): Map<string, Workspace> {
  const found = new Map<string, Workspace>();
  for (const file of manifests) {
    let manifest: PackageJson;
    try {
      manifest = JSON.parse(tree.text(file) ?? "") as PackageJson;
    } catch {
      continue;
    }
    if (typeof manifest === "object" && manifest !== null && typeof manifest.name === "string") {
      if (!found.has(manifest.name)) found.set(manifest.name, { folder: folderOf(file), manifest });
    }
  }
  return found;
}

/** What `name/sub` is in the sources: what the package exports, or the source it was built from. */
export function resolveInWorkspace(tree: TreeFiles, { folder, manifest }: Workspace, sub: string): string | null {
  for (const target of exported(manifest, sub)) {
    for (const path of [target, fromBuilt(target)]) {
      const file = existingFile(tree, joinPath(folder, path));
      if (file !== null) return file;
    }
  }
  const guesses =
    sub === "" ? ["src/index", "index", "src", "lib/index", "src/main"] : [sub, `src/${sub}`, `lib/${sub}`];
  for (const guess of guesses) {
    const file = existingFile(tree, joinPath(folder, guess));
    if (file !== null) return file;
  }
  return null;
}

function exported(manifest: PackageJson, sub: string): string[] {
  const targets: string[] = [];
  const { exports } = manifest;
  const wanted = sub === "" ? "." : `./${sub}`;
  if (typeof exports === "string" && sub === "") targets.push(exports);
  else if (typeof exports === "object" && exports !== null) {
    const table = exports as Readonly<Record<string, unknown>>;
    if (Object.keys(table).every((key) => !key.startsWith("."))) {
      if (sub === "") targets.push(...strings(table));
    } else {
      for (const [key, value] of Object.entries(table)) {
        if (key === wanted) targets.push(...strings(value));
        const star = key.indexOf("*");
        if (star !== -1 && wanted.startsWith(key.slice(0, star)) && wanted.endsWith(key.slice(star + 1))) {
          const middle = wanted.slice(star, wanted.length - (key.length - star - 1));
          targets.push(...strings(value).map((text) => text.replace("*", middle)));
        }
      }
    }
  }
  if (sub === "") {
    for (const field of [manifest.source, manifest.module, manifest.main, manifest.types]) {
      if (typeof field === "string") targets.push(field);
    }
  }
  return targets;
}

function strings(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(strings);
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(strings);
  return [];
}

/** `dist/x.js` is built from `src/x.ts` nearly everywhere. */
function fromBuilt(path: string): string {
  return path.replace(/^(\.\/)?(?:dist|build|lib|out)\//, "$1src/").replace(/\.d\.([cm]?)ts$/, ".$1ts");
}
