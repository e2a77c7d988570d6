import type { Part } from "./part.ts";
import { runTool } from "./tool.ts";

export const format: Part = {
  name: "format",
  run: (tree) => runTool(tree.root, "oxfmt", ["--list-different"]),
};
