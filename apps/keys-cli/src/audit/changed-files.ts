import { execFile } from "node:child_process";
import { KeysError } from "../errors.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** Where a branch most likely began, when nobody says. */
const USUAL_BASES = ["origin/HEAD", "origin/main", "origin/master", "main", "master"];

// Nothing a repository configures is run: no monitor, no hook, no external diff, no text conversion.
const SAFELY = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "--no-optional-locks"];

/**
 * Files below `root` that differ from where this branch left `base`, uncommitted and untracked ones included; paths are
 * relative to `root`, with `/`.
 * @throws KeysError `usage` outside a git repository, without git, or when `base` is not known
 */
export async function changedFiles(root: string, base: string | null, env: Terminal["env"]): Promise<Set<string>> {
  if ((await git(root, ["rev-parse", "--is-inside-work-tree"])) === null) {
    throw new KeysError(
      "usage",
      `--changed needs a git repository, and ${root} is in none (or git is not installed).`,
      {
        next: "Leave --changed away to see every finding.",
      },
    );
  }
  const fork = await mergeBase(root, base === null ? candidates(env) : [base], base);
  const diff = ["diff", "--name-only", "-z", "--diff-filter=d", "--no-ext-diff", "--no-textconv", "--no-renames"];
  const changed = await git(root, [...diff, "--relative", fork, "--", "."]);
  const untracked = await git(root, ["ls-files", "--others", "--exclude-standard", "-z", "--", "."]);
  if (changed === null || untracked === null) {
    throw new KeysError("usage", `git could not tell what has changed since ${fork.slice(0, 12)}.`, {
      next: "Try the same: git diff --name-only.",
    });
  }
  return new Set([...changed.split("\0"), ...untracked.split("\0")].filter((path) => path !== ""));
}

function candidates(env: Terminal["env"]): string[] {
  // Set by GitHub for pull requests: the branch that will be merged into.
  const target = env["GITHUB_BASE_REF"];
  return [...(target ? [`origin/${target}`, target] : []), ...USUAL_BASES];
}

async function mergeBase(root: string, bases: readonly string[], asked: string | null): Promise<string> {
  for (const base of bases) {
    if (base.startsWith("-")) continue;
    const commit = await git(root, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${base}^{commit}`]);
    if (commit === null) continue;
    const fork = await git(root, ["merge-base", "HEAD", commit.trim()]);
    if (fork !== null) return fork.trim();
    throw new KeysError("usage", `This branch and ${base} have no common commit here.`, {
      next: "Fetch the history: in a workflow, actions/checkout with fetch-depth: 0.",
    });
  }
  const what = asked === null ? "No base was found to compare with." : `git knows no commit ${asked}.`;
  throw new KeysError("usage", what, { next: "Name one: keys audit --changed origin/main (fetch it first)." });
}

/** What git printed; null when it refused. */
function git(cwd: string, args: readonly string[]): Promise<string | null> {
  return new Promise((resolve) => {
    execFile("git", [...SAFELY, ...args], { cwd, timeout: 60_000, maxBuffer: 256 * 1024 * 1024 }, (error, stdout) =>
      resolve(error === null ? stdout : null),
    );
  });
}
