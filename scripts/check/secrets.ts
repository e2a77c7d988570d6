import type { Part, Verdict } from "./part.ts";
import { runTool } from "./tool.ts";

/** Integrity hashes fill the lockfile and pictures are not text: neither can be read as a secret. */
const UNREADABLE = /^package-lock\.json$|\.(png|ico|woff2?|wasm)$/;

export function scannable(files: readonly string[]): string[] {
  return files.filter((file) => !UNREADABLE.test(file));
}

export function scanForSecrets(root: string, files: readonly string[]): Promise<Verdict> {
  return runTool(root, "secretlint", ["--no-color", "--no-gitignore", "--no-glob", ...files]);
}

export const secrets: Part = {
  name: "secrets",
  run(tree) {
    const files = scannable(tree.files);
    if (files.length === 0) return { findings: [] };
    return scanForSecrets(tree.root, files);
  },
};
