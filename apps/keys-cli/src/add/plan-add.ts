import { cp, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ModuleCopy } from "../catalogue/catalogue.ts";
import { KeysError } from "../errors.ts";
import { setEntry } from "../files/edit-json.ts";
import { hashOf } from "../files/hash-of.ts";
import { textOf, writeAtomically } from "../files/write-atomically.ts";
import { envLines } from "../host/env-example.ts";
import { rangeIn, type Host } from "../host/host.ts";
import { requireInside } from "../host/require-inside.ts";
import { LOCK_FILE, lockText, parseLock, type Lock, type LockedModule } from "../lock/lock.ts";
import { decideAdd, type AddDecision } from "./decide-add.ts";
import { contentOf, moduleFolder, recover, type ModuleFolder } from "./module-folder.ts";

/** One change on disk. Each leaves a state from which the same command, run again, arrives where it would have. */
export interface Step {
  readonly name: string;
  run(): Promise<void>;
}

export interface AddPlan extends AddDecision {
  /** Written into package.json. */
  readonly dependencies: Readonly<Record<string, string>>;
  /** Appended to .env.example. */
  readonly envText: string;
  readonly steps: readonly Step[];
}

export interface AddOptions {
  /** Replace edited files. */
  readonly force: boolean;
  /** What package.json shall say for a dependency instead of its range: "@meterr/runtime" to "file:…". */
  readonly instead: Readonly<Record<string, string>>;
}

/**
 * Decides what adding a module changes, without changing it (but for what a killed command left behind).
 * The order of the steps: files, lock, package.json, .env.example. The lock comes before what it says was added.
 */
export async function planAdd(host: Host, copy: ModuleCopy, options: AddOptions): Promise<AddPlan> {
  const { slug, version } = copy.manifest;
  const folder = moduleFolder(host.root, slug);
  const [lockFile, packageFile, envFile] = [LOCK_FILE, "package.json", ".env.example"].map((name) =>
    requireInside(host.root, name),
  );
  if (lockFile === undefined || packageFile === undefined || envFile === undefined) throw new TypeError("no paths");
  await recover(folder);
  const oldLockText = await textOf(lockFile);
  const lock = parseLock(oldLockText);
  const locked = lock.modules[slug];
  const content = await contentOf(folder);
  const decision = decideAdd(copy, content, locked, options.force);

  const dependencies = missingDependencies(host, copy, options.instead);
  const packageText = Object.entries(dependencies).reduce(
    (text, [name, range]) => setEntry(text, "dependencies", name, range),
    host.packageText,
  );
  const example = await textOf(envFile);
  const envText = envLines(slug, copy.manifest, example);
  const created = createdBy(host, lock, { dependencies, envText, example });
  const entry: LockedModule = {
    version,
    files: Object.fromEntries(copy.files.map(({ path, bytes }) => [path, hashOf(bytes)])),
    dependencies: { ...copy.dependencies },
    added_dependencies: { ...locked?.added_dependencies, ...dependencies },
    peers: { ...copy.peers },
    env_example: [
      ...(locked?.env_example ?? []).filter((text) => example?.includes(text)),
      ...(envText === "" ? [] : [envText]),
    ],
  };
  const newLockText = lockText({ ...lock, created, modules: { ...lock.modules, [slug]: entry } });

  const steps: Step[] = decision.writesFiles ? replaceFiles(folder, copy, decision) : [];
  const write = (name: string, path: string, text: string, before: string | null): void => {
    if (text !== before) steps.push({ name, run: () => writeAtomically(path, text, before) });
  };
  write("lock", lockFile, newLockText, oldLockText);
  write("package.json", packageFile, packageText, host.packageText);
  write(".env.example", envFile, (example ?? "") + envText, example ?? (envText === "" ? "" : null));
  if (decision.writesFiles) steps.push(removal(folder.outgoing));
  return { ...decision, dependencies, envText, steps };
}

function replaceFiles(folder: ModuleFolder, copy: ModuleCopy, decision: AddDecision): Step[] {
  const stage: Step = {
    name: "stage",
    async run() {
      try {
        await mkdir(folder.incoming, { recursive: true });
        for (const path of decision.ownFiles) {
          await cp(join(folder.path, path), join(folder.incoming, path), { verbatimSymlinks: true });
        }
        for (const { path, bytes } of copy.files) {
          const to = join(folder.incoming, path);
          await mkdir(dirname(to), { recursive: true });
          await writeFile(to, bytes);
        }
      } catch (error) {
        await rm(folder.incoming, { recursive: true, force: true }).catch(() => undefined);
        throw error;
      }
    },
  };
  const put: Step = { name: "put", run: () => rename(folder.incoming, folder.path) };
  const aside: Step = { name: "set aside", run: () => rename(folder.path, folder.outgoing) };
  return decision.there ? [stage, aside, put] : [stage, put];
}

function removal(path: string): Step {
  return { name: "clear", run: () => rm(path, { recursive: true, force: true }) };
}

function missingDependencies(host: Host, copy: ModuleCopy, instead: AddOptions["instead"]): Record<string, string> {
  const missing = Object.entries(copy.dependencies).filter(([name]) => rangeIn(host, name) === undefined);
  return Object.fromEntries(missing.map(([name, range]) => [name, instead[name] ?? range]));
}

function createdBy(
  host: Host,
  lock: Lock,
  now: {
    dependencies: Readonly<Record<string, string>>;
    envText: string;
    example: string | null;
  },
): Lock["created"] {
  const created = new Set(lock.created);
  if (now.envText !== "" && now.example === null) created.add(".env.example");
  const hasSection = Object.hasOwn(JSON.parse(host.packageText.replace(/^\uFEFF/, "")) as object, "dependencies");
  if (Object.keys(now.dependencies).length > 0 && !hasSection) created.add("dependencies");
  return [...created];
}

/** Runs the steps in order. Throws KeysError `not_writable` for what the system refuses. */
export async function applySteps(steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    try {
      await step.run();
    } catch (error) {
      if (error instanceof KeysError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new KeysError(
        "not_writable",
        `The files of the application could not be written (${step.name}): ${reason}`,
        {
          next: "Mend what is named and run the command again: it goes on from where it stopped.",
          cause: error,
        },
      );
    }
  }
}
