import { existsSync, readdirSync, readFileSync } from "node:fs";
import { rename, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { contentOf, editedFiles, moduleFolder, ownFiles, recover } from "../add/module-folder.ts";
import type { Step } from "../add/plan-add.ts";
import { KeysError } from "../errors.ts";
import { removeEntry } from "../files/edit-json.ts";
import { textOf, writeAtomically } from "../files/write-atomically.ts";
import type { Host } from "../host/host.ts";
import { requireInside } from "../host/require-inside.ts";
import { LOCK_FILE, lockText, parseLock, type Lock } from "../lock/lock.ts";
import { readSourceGraph, type ModuleImport } from "../sources/source-graph.ts";
import { decideDependencies, type DependencyDecision } from "./decide-dependencies.ts";

export interface DownMigration {
  readonly file: string;
  readonly sql: string;
}

export interface RemovePlan {
  readonly version: string;
  /** Where the host still imports the module. */
  readonly mounts: readonly ModuleImport[];
  /** Newest first: the order to run them in. */
  readonly down: readonly DownMigration[];
  readonly tables: readonly string[];
  readonly dependencies: DependencyDecision;
  /** Edited or added by the host, and gone with --force. */
  readonly lost: readonly string[];
  /** Whether lines `add` wrote into .env.example were edited since, so that they stay. */
  readonly envKept: boolean;
  readonly steps: readonly Step[];
}

/**
 * Decides what removing a module changes, without changing it (but for what a killed command left behind).
 * Throws KeysError `not_installed`, or `edited_files` rather than lose what the host wrote. No database is touched.
 */
export async function planRemove(host: Host, slug: string, force: boolean): Promise<RemovePlan> {
  const [lockFile, packageFile, envFile] = [LOCK_FILE, "package.json", ".env.example"].map((name) =>
    requireInside(host.root, name),
  );
  if (lockFile === undefined || packageFile === undefined || envFile === undefined) throw new TypeError("no paths");
  const oldLockText = await textOf(lockFile);
  const lock = parseLock(oldLockText);
  const locked = Object.hasOwn(lock.modules, slug) ? lock.modules[slug] : undefined;
  if (locked === undefined) throw notInstalled(host, slug, lock);
  const folder = moduleFolder(host.root, slug);
  await recover(folder);

  const content = (await contentOf(folder)) ?? new Map<string, string | null>();
  const known = new Map(Object.entries(locked.files).map(([path, hash]) => [path, [hash]] as const));
  const lost = [...editedFiles(content, known), ...ownFiles(content, known)].sort();
  if (lost.length > 0 && !force) {
    throw new KeysError("edited_files", `${slug} holds what was written here: it would be lost.`, {
      files: lost.map((path) => `modules/${slug}/${path}`),
      next: "Keep these files elsewhere, then run the command with --force.",
    });
  }
  const sources = await readSourceGraph(host, Object.keys(lock.modules));
  const down = downMigrations(folder.path);
  const tables = tablesOf(folder.path);
  const dependencies = decideDependencies(host, lock, slug, sources.packages);
  const rest = restOf(lock, slug, dependencies);
  const last = Object.keys(rest.modules).length === 0;

  const steps: Step[] = [];
  const write = (name: string, path: string, text: string | null, before: string | null): void => {
    if (text === before) return;
    const run = text === null ? () => rm(path, { force: true }) : () => writeAtomically(path, text, before);
    steps.push({ name, run });
  };
  if (existsSync(folder.path)) steps.push({ name: "set aside", run: () => rename(folder.path, folder.outgoing) });
  write("package.json", packageFile, packageTextWithout(host, lock, dependencies, last), host.packageText);
  const example = await textOf(envFile);
  const ours = locked.env_example.filter((text) => example?.includes(text));
  const shorter = ours.reduce((text, block) => text?.replace(block, () => "") ?? null, example);
  const envKept = ours.length < locked.env_example.length;
  const emptied = shorter === "" && last && lock.created.includes(".env.example");
  write(".env.example", envFile, emptied ? null : shorter, example);
  steps.push({ name: "clear", run: () => rm(folder.outgoing, { recursive: true, force: true }) });
  if (last) {
    // Fails, as it should, when anything of the host's is in it.
    steps.push({ name: "modules", run: () => rmdir(dirname(folder.path)).catch(() => undefined) });
  }
  // Last: a command that was killed before is told by the lock where to go on.
  write("lock", lockFile, last ? null : lockText(rest), oldLockText);
  const mounts = sources.importsOf(slug);
  return { version: locked.version, mounts, down, tables, dependencies, lost, envKept, steps };
}

function notInstalled(host: Host, slug: string, lock: Lock): KeysError {
  const there = Object.keys(lock.modules);
  const own = existsSync(join(host.root, "modules", slug, "key.json"));
  const next = own
    ? `modules/${slug} is the application's own: delete the folder yourself.`
    : `Modules that keys added here: ${there.join(", ") || "none"}.`;
  return new KeysError("not_installed", `keys did not add ${slug} to this application.`, { next });
}

function restOf(lock: Lock, slug: string, { inherited }: DependencyDecision): Lock {
  const modules = Object.entries(lock.modules).filter(([other]) => other !== slug);
  const kept = modules.map(([other, entry]) => {
    const added = { ...entry.added_dependencies, ...inherited[other] };
    return [other, { ...entry, added_dependencies: added }] as const;
  });
  return { ...lock, modules: Object.fromEntries(kept) };
}

function packageTextWithout(host: Host, lock: Lock, { removed }: DependencyDecision, last: boolean): string {
  const text = Object.keys(removed).reduce((text, name) => removeEntry(text, "dependencies", name), host.packageText);
  const left = Object.keys(host.package.dependencies).filter((name) => removed[name] === undefined);
  const made = last && lock.created.includes("dependencies") && left.length === 0;
  return made ? removeEntry(text, "dependencies", null) : text;
}

function downMigrations(folder: string): DownMigration[] {
  const migrations = join(folder, "migrations");
  if (!existsSync(migrations)) return [];
  const names = readdirSync(migrations).filter((name) => name.endsWith(".down.sql"));
  return names
    .sort()
    .toReversed()
    .map((file) => ({ file, sql: readFileSync(join(migrations, file), "utf8").trim() }));
}

function tablesOf(folder: string): string[] {
  try {
    const { tables } = JSON.parse(readFileSync(join(folder, "key.json"), "utf8")) as { tables?: unknown };
    return Array.isArray(tables) ? tables.filter((table) => typeof table === "string") : [];
  } catch {
    return []; // Edited beyond reading, and given up with --force.
  }
}
