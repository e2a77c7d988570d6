import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { scannable, scanForSecrets } from "./check/secrets.ts";
import { runTool } from "./check/tool.ts";

const CODE = /\.(ts|tsx|mjs|js|css|json)$/;

function git(...args: string[]): Buffer {
  return execFileSync("git", args, { maxBuffer: 256 * 1024 * 1024 });
}

/** Judges what is staged, not what lies in the work tree: the two differ after `git add -p`. */
async function judgeStaged(): Promise<string[]> {
  const root = git("rev-parse", "--show-toplevel").toString().trim();
  const staged = git("diff", "--cached", "--name-only", "--diff-filter=ACMR", "-z")
    .toString()
    .split("\0")
    .filter(Boolean);
  const configuration = [".oxlintrc.json", ".oxfmtrc.json", ".secretlintrc.json", "tsconfig.json", "package.json"];
  const copy = mkdtempSync(path.join(tmpdir(), "meterr-staged-"));
  try {
    for (const file of new Set([...staged, ...configuration])) {
      mkdirSync(path.join(copy, path.dirname(file)), { recursive: true });
      writeFileSync(path.join(copy, file), git("show", `:${file}`));
    }
    symlinkSync(path.join(root, "node_modules"), path.join(copy, "node_modules"));
    const readable = scannable(staged);
    const code = staged.filter((file) => CODE.test(file) && file !== "package-lock.json");
    const lintable = code.filter((file) => !/\.(css|json)$/.test(file) && existsSync(path.join(root, file)));
    const jobs = [
      ...(readable.length > 0 ? [scanForSecrets(copy, readable)] : []),
      ...(code.length > 0
        ? [runTool(copy, "oxfmt", ["--list-different", "--no-error-on-unmatched-pattern", ...code])]
        : []),
      // Types need the whole program, so this one reads the work tree.
      ...(lintable.length > 0 ? [runTool(root, "oxlint", ["--deny-warnings", "--format=unix", ...lintable])] : []),
    ];
    return (await Promise.all(jobs)).flatMap((verdict) => verdict.findings);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

const findings = await judgeStaged();
if (findings.length > 0) {
  console.error(`Not committed:\n${findings.join("\n")}`);
  process.exitCode = 1;
}
