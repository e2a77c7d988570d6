import { existsSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { join } from "node:path";
import { jsonTree, valueOf } from "../files/json-tree.ts";
import type { Host } from "../host/host.ts";

/** A pattern with at most one `*`, and what it stands for, relative to the host. */
export interface Alias {
  readonly pattern: string;
  readonly targets: readonly string[];
}

/** How long a chain of `extends` is followed. */
const MOST_EXTENDS = 8;

/** The host's own names for its files: `paths` of tsconfig.json or jsconfig.json, and `imports` of package.json. */
export function aliasesOf(host: Host): Alias[] {
  const config = ["tsconfig.json", "jsconfig.json"].find((name) => existsSync(join(host.root, name)));
  return [...(config === undefined ? [] : pathsOf(host.root, config, MOST_EXTENDS)), ...ownImports(host)];
}

function pathsOf(root: string, file: string, left: number): Alias[] {
  const text = existsSync(join(root, file)) ? readFileSync(join(root, file), "utf8") : "";
  const tree = jsonTree(text);
  if (tree === null || left === 0) return [];
  const config = record(valueOf(tree.root));
  const options = record(config["compilerOptions"]);
  const folder = posix.dirname(file);
  const base = posix.join(folder, typeof options["baseUrl"] === "string" ? options["baseUrl"] : ".");
  if (options["paths"] !== undefined) {
    return Object.entries(record(options["paths"])).map(([pattern, targets]) => ({
      pattern,
      targets: texts(targets).map((target) => posix.join(base, target)),
    }));
  }
  // A configuration that comes from a package names no file of this host.
  const parents = texts(config["extends"]).filter((parent) => parent.startsWith("."));
  return parents.flatMap((parent) => {
    const named = parent.endsWith(".json") ? parent : `${parent}.json`;
    return pathsOf(root, posix.join(folder, named), left - 1);
  });
}

function ownImports(host: Host): Alias[] {
  return Object.entries(host.package.imports).map(([pattern, target]) => ({
    pattern,
    targets: targetsOf(target).map((path) => posix.normalize(path)),
  }));
}

function targetsOf(target: unknown): string[] {
  if (typeof target === "string") return target.startsWith("./") ? [target] : [];
  return typeof target === "object" && target !== null ? Object.values(target).flatMap(targetsOf) : [];
}

/** The paths a specifier may stand for under these aliases. */
export function expand(specifier: string, aliases: readonly Alias[]): string[] {
  return aliases.flatMap(({ pattern, targets }) => {
    const [before = "", after] = pattern.split("*");
    if (after === undefined) return specifier === pattern ? targets : [];
    const fits = specifier.length >= pattern.length - 1 && specifier.startsWith(before) && specifier.endsWith(after);
    if (!fits) return [];
    const middle = specifier.slice(before.length, specifier.length - after.length);
    return targets.map((target) => target.replace("*", () => middle));
  });
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function texts(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((item) => typeof item === "string");
}
