import type { Part } from "./part.ts";
import { runTool } from "./tool.ts";

/** Integrity hashes fill the lockfile and pictures are not text: neither can be read as a secret. */
const UNREADABLE = /^package-lock\.json$|\.(png|ico|woff2?|wasm)$/;

export const secrets: Part = {
  name: "secret scan",
  run(tree) {
    const files = tree.files.filter((file) => !UNREADABLE.test(file));
    if (files.length === 0) return { findings: [] };
    return runTool(tree.root, "secretlint", ["--no-color", "--no-gitignore", "--no-glob", ...files]);
  },
};
