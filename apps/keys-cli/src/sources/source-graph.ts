import { readFile } from "node:fs/promises";
import { join, posix, relative, sep } from "node:path";
import { filesBelow } from "../files/files-below.ts";
import type { Host } from "../host/host.ts";
import { requireInside } from "../host/require-inside.ts";
import { packageName } from "../catalogue/packages-imported.ts";
import { aliasesOf, expand, type Alias } from "./aliases.ts";
import { readSource, type SourceFile, type SourceImport } from "./source-file.ts";

/** Folders that hold no source of the host: what it depends on, and what it built. */
function isSkipped(name: string, path: string): boolean {
  if (name.startsWith(".") || name === "node_modules") return true;
  return ["dist", "build", "out", "coverage"].includes(name) && !/(^|\/)(src|app|pages)\//.test(path);
}

const SOURCE = /(?<!\.d)\.[cm]?[jt]sx?$/;
const ENDINGS = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"];
const TEST = /(^|\/)(tests?|__tests__|e2e)\/|\.(test|spec)\.[^/]*$/;

/** An import whose target is a module's folder. */
export interface ModuleImport extends SourceImport {
  readonly file: string;
  readonly test: boolean;
}

/** The host's own source, the folders of the modules keys brought left out. */
export interface SourceGraph {
  /** Files that could not be parsed. */
  readonly unread: readonly string[];
  file(path: string): SourceFile | undefined;
  /** Where the host imports anything of modules/<slug>. */
  importsOf(slug: string): readonly ModuleImport[];
  /** The files, tests left out, from which running code leads to modules/<slug>. */
  leadingTo(slug: string): ReadonlySet<string>;
  /** The npm packages the host itself imports, types included. */
  readonly packages: ReadonlySet<string>;
}

export async function readSourceGraph(host: Host, modules: readonly string[]): Promise<SourceGraph> {
  const folders = new Map(modules.map((slug) => [slug, foldersOf(host.root, slug)]));
  const ours = [...folders.values()].flat().map((folder) => `${folder}/`);
  const found = await filesBelow(host.root, isSkipped);
  const paths = found
    .filter(({ path, link }) => !link && SOURCE.test(path) && !ours.some((folder) => path.startsWith(folder)))
    .map(({ path }) => path);
  const files = new Map<string, SourceFile>();
  const unread: string[] = [];
  for (const path of paths) {
    const source = readSource(path, await readFile(join(host.root, path), "utf8"));
    if (source === null) unread.push(path);
    else files.set(path, source);
  }
  return graphOf(files, unread, aliasesOf(host), folders);
}

/** Where a module is, by its name and, when a link inside the host leads there, by its place. */
function foldersOf(root: string, slug: string): string[] {
  const real = relative(root, requireInside(root, `modules/${slug}`))
    .split(sep)
    .join("/");
  return [...new Set([`modules/${slug}`, real])];
}

function graphOf(
  files: ReadonlyMap<string, SourceFile>,
  unread: string[],
  aliases: readonly Alias[],
  folders: ReadonlyMap<string, readonly string[]>,
): SourceGraph {
  const targets = (from: string, specifier: string): string[] => {
    if (specifier.startsWith(".")) return [posix.join(posix.dirname(from), specifier)];
    return expand(specifier, aliases).map((path) => posix.normalize(path));
  };
  const isModule = (target: string, slug: string): boolean =>
    (folders.get(slug) ?? [`modules/${slug}`]).some((folder) => target === folder || target.startsWith(`${folder}/`));

  const importers = new Map<string, Set<string>>();
  const packages = new Set<string>();
  for (const [path, { imports }] of files) {
    for (const { specifier, typeOnly } of imports) {
      const candidates = targets(path, specifier);
      if (candidates.length === 0) packages.add(packageName(specifier));
      if (typeOnly) continue;
      for (const target of candidates) {
        const file = resolve(files, target);
        if (file !== null) importers.set(file, (importers.get(file) ?? new Set()).add(path));
      }
    }
  }

  function importsOf(slug: string): ModuleImport[] {
    return [...files].flatMap(([file, { imports }]) =>
      // A module of the host's own names its own files; that is not mounting it.
      isModule(file, slug)
        ? []
        : imports
            .filter(({ specifier }) => targets(file, specifier).some((target) => isModule(target, slug)))
            .map((entry) => ({ ...entry, file, test: TEST.test(file) })),
    );
  }

  function leadingTo(slug: string): Set<string> {
    const reached = new Set<string>();
    const next = importsOf(slug).filter(({ typeOnly, test }) => !typeOnly && !test);
    const queue = next.map(({ file }) => file);
    for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
      if (reached.has(file)) continue;
      reached.add(file);
      for (const importer of importers.get(file) ?? []) if (!TEST.test(importer)) queue.push(importer);
    }
    return reached;
  }
  return { unread, packages, file: (path) => files.get(path), importsOf, leadingTo };
}

/** The file a path means: as it stands, with another ending, or a folder's index. */
function resolve(files: ReadonlyMap<string, unknown>, path: string): string | null {
  const stem = path.replace(/\.[cm]?jsx?$/, "");
  const candidates = [path, ...ENDINGS.flatMap((ending) => [stem + ending, path + ending, `${path}/index${ending}`])];
  return candidates.find((candidate) => files.has(candidate)) ?? null;
}
