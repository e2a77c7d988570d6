import type { Part } from "./part.ts";
import { runTool } from "./tool.ts";

/** Rules and their exceptions stand in .oxlintrc.json. */
export const lint: Part = {
  name: "lint",
  run: (tree) => runTool(tree.root, "oxlint", ["--deny-warnings", "--format=unix"]),
};
