import { execFile } from "node:child_process";

/**
 * Whether the host has changes that are not committed; null when it is in no git repository, or git is missing.
 * Hooks and monitors a repository configures are not run.
 */
export function uncommitted(root: string): Promise<boolean | null> {
  const args = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "--no-optional-locks"];
  return new Promise((resolve) => {
    execFile(
      "git",
      [...args, "status", "--porcelain", "--untracked-files=normal", "--", "."],
      { cwd: root, timeout: 10_000, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout) => resolve(error === null ? stdout.trim() !== "" : null),
    );
  });
}
