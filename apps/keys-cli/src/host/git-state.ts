import { execFile } from "node:child_process";

/**
 * Whether the host has changes that are not committed; null when it is in no git repository, or git is missing.
 * A monitor the repository configures is not run.
 */
export async function uncommitted(root: string): Promise<boolean | null> {
  const said = await git(root, ["status", "--porcelain", "--untracked-files=normal", "--", "."]);
  return said === null ? null : said.trim() !== "";
}

/** Whether git would leave this path out of a commit; false where there is no git. */
export async function isIgnored(root: string, path: string): Promise<boolean> {
  return (await git(root, ["check-ignore", "--no-index", "--", path])) !== null;
}

function git(root: string, args: readonly string[]): Promise<string | null> {
  const quiet = ["-c", "core.fsmonitor=false", "--no-optional-locks"];
  return new Promise((resolve) => {
    execFile("git", [...quiet, ...args], { cwd: root, timeout: 10_000, maxBuffer: 64 * 1024 * 1024 }, (error, stdout) =>
      resolve(error === null ? stdout : null),
    );
  });
}
