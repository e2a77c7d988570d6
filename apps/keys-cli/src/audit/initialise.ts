import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import {
  BASELINE_FILE,
  baselineOf,
  CONFIGURATION_FILE,
  count,
  formatBaseline,
  isIncomplete,
  NO_CONFIGURATION,
} from "@meterr/audit";
import { print, type CommandContext } from "../commands/context.ts";
import { exitCodes } from "../exit-codes.ts";
import { KeysError } from "../errors.ts";
import { textOf, writeAtomically } from "../files/write-atomically.ts";
import { printable } from "../terminal/printable.ts";
import type { AuditCommandOptions } from "./audit-options.ts";
import type { Engine } from "./engine.ts";
import { performAudit } from "./perform-audit.ts";
import { workflow } from "./workflow.ts";

const WORKFLOW_FILE = ".github/workflows/keys-audit.yml";

/**
 * `keys audit --init`: the configuration, a baseline of what is found today, and a workflow at the repository's root.
 * @throws KeysError `already_there` when one of them is, without --force; nothing is written then
 */
export async function initialise(
  root: string,
  options: AuditCommandOptions,
  context: CommandContext,
  engine: Engine,
): Promise<void> {
  const repository = repositoryOf(root) ?? root;
  const paths = {
    configuration: join(root, CONFIGURATION_FILE),
    baseline: join(root, BASELINE_FILE),
    workflow: join(repository, WORKFLOW_FILE),
  };
  const there = Object.values(paths).filter((path) => existsSync(path));
  if (there.length > 0 && options.force !== true) {
    throw new KeysError("already_there", "The audit has been set up here; nothing was written.", {
      files: there.map((path) => relative(root, path)),
      next: "Pass --force to write them anew, or --update-baseline for the baseline alone.",
    });
  }
  const wanted = {
    root,
    configuration: NO_CONFIGURATION,
    diagnostics: [],
    only: null,
    cache: options.cache,
    quiet: options.quiet === true,
  };
  const result = await performAudit(wanted, context, engine);
  const baseline = baselineOf(result.findings);
  const folder = relative(repository, root).replaceAll(sep, "/") || ".";
  const contents = {
    [paths.configuration]: `${JSON.stringify(NO_CONFIGURATION, null, 2)}\n`,
    [paths.baseline]: formatBaseline(baseline),
    [paths.workflow]: workflow(context.version, await defaultBranch(repository), folder),
  };
  for (const [path, text] of Object.entries(contents)) {
    await mkdir(dirname(path), { recursive: true });
    await writeAtomically(path, text, await textOf(path));
  }
  const written = Object.values(paths).map((path) => relative(root, path).replaceAll(sep, "/"));
  const incomplete = isIncomplete(result);
  if (incomplete) context.outcome = exitCodes.incomplete;
  const known = baseline.findings.length;
  const json = options.json === true || options.format === "json";
  print(context, json ? { json: true } : {}, { written, baseline: known, incomplete }, (paint) =>
    [
      ...written.map((path) => `${paint("green", "✓")} ${printable(path)}`),
      "",
      known === 0
        ? "Nothing was found: the baseline is empty."
        : `${count(known, "violation")} found today stand${known === 1 ? "s" : ""} in the baseline; only new ones fail from now on.`,
      ...(incomplete ? ["Not everything could be judged: keys audit says what."] : []),
      `${paint("cyan", "→")} See them: keys audit --no-baseline`,
      `${paint("cyan", "→")} Commit these files.`,
    ].join("\n"),
  );
}

/** The folder around with `.git` in it, a worktree's file included; null outside a repository. */
function repositoryOf(root: string): string | null {
  for (let folder = root; ; folder = dirname(folder)) {
    if (existsSync(join(folder, ".git"))) return folder;
    if (dirname(folder) === folder) return null;
  }
}

/** What the remote calls its default branch, as far as this clone knows. */
async function defaultBranch(repository: string): Promise<string> {
  const head = await readFile(join(repository, ".git/refs/remotes/origin/HEAD"), "utf8").catch(() => "");
  return /^ref: refs\/remotes\/origin\/([\w./-]+)\s*$/.exec(head)?.[1] ?? "main";
}
