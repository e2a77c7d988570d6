import { readJsonc } from "./read-jsonc.ts";
import { folderOf, joinPath, type TreeFiles } from "./tree-files.ts";

/** `compilerOptions.paths` as it holds in one folder. Targets are relative to the tree's root. */
export interface PathAliases {
  readonly paths: readonly { readonly pattern: string; readonly targets: readonly string[] }[];
  /** Folder against which bare specifiers are tried, or null. */
  readonly baseUrl: string | null;
}

interface Config {
  readonly extends?: unknown;
  readonly references?: unknown;
  readonly compilerOptions?: { readonly baseUrl?: unknown; readonly paths?: unknown };
}

/** How many `extends` are followed: a circle must end. */
const MAX_EXTENDS = 8;

/**
 * Reads tsconfig.json or jsconfig.json of the nearest folder upwards. An `extends` that cannot be found is passed over:
 * in a tree without node_modules that is the rule, and the paths beside it still hold.
 */
export function pathAliases(
  tree: TreeFiles,
  folder: string,
  packageFolder: (name: string) => string | null,
): PathAliases {
  for (let at: string | null = folder; at !== null; at = at === "" ? null : folderOf(at)) {
    for (const name of ["tsconfig.json", "jsconfig.json"]) {
      const file = at === "" ? name : `${at}/${name}`;
      if (!tree.has(file)) continue;
      const found = read(tree, file, packageFolder, 0);
      if (found.paths.length > 0 || found.baseUrl !== null) return found;
    }
  }
  return { paths: [], baseUrl: null };
}

function read(
  tree: TreeFiles,
  file: string,
  packageFolder: (name: string) => string | null,
  depth: number,
): PathAliases {
  const parsed = readJsonc(tree.text(file) ?? "");
  if (typeof parsed !== "object" || parsed === null || depth > MAX_EXTENDS) return { paths: [], baseUrl: null };
  const config: Config = parsed;
  const folder = folderOf(file);
  const options = config.compilerOptions ?? {};
  const own = typeof options.baseUrl === "string" ? joinPath(folder, options.baseUrl) : null;
  const inherited = bases(config)
    .map((base) => locate(tree, folder, base, packageFolder))
    .filter((base) => base !== null)
    .map((base) => read(tree, base, packageFolder, depth + 1));
  const last = inherited.findLast((base) => base.paths.length > 0);
  const baseUrl = own ?? inherited.findLast((base) => base.baseUrl !== null)?.baseUrl ?? null;
  if (typeof options.paths !== "object" || options.paths === null) return { paths: last?.paths ?? [], baseUrl };
  const paths = Object.entries(options.paths).map(([pattern, targets]) => ({
    pattern,
    targets: (Array.isArray(targets) ? targets : [])
      .filter((target) => typeof target === "string")
      .map((target) => joinPath(own ?? folder, target))
      .filter((target) => target !== null),
  }));
  // The longest literal prefix wins, as TypeScript has it.
  return { paths: paths.sort((one, other) => prefix(other.pattern) - prefix(one.pattern)), baseUrl };
}

function bases(config: Config): string[] {
  const named = Array.isArray(config.extends) ? config.extends : [config.extends];
  return named.filter((base) => typeof base === "string");
}

function locate(
  tree: TreeFiles,
  folder: string,
  base: string,
  packageFolder: (name: string) => string | null,
): string | null {
  let path: string | null;
  if (base.startsWith(".")) path = joinPath(folder, base);
  else {
    const [, name = base, rest = ""] = /^((?:@[^/]+\/)?[^/]+)\/?(.*)$/.exec(base) ?? [];
    const home = packageFolder(name);
    path = home === null ? null : joinPath(home, rest);
  }
  if (path === null) return null;
  return (
    [path, `${path}.json`, `${path}/tsconfig.json`].find((file) => file.endsWith(".json") && tree.has(file)) ?? null
  );
}

function prefix(pattern: string): number {
  const star = pattern.indexOf("*");
  return star === -1 ? pattern.length + 1 : star;
}
