import type { Part } from "./part.ts";
import { runTool } from "./tool.ts";

/** The dashboard has a configuration of its own (JSX, the DOM), so it is a second program. */
export const types: Part = {
  name: "types",
  async run(tree) {
    const projects = ["tsconfig.json", "apps/dashboard/tsconfig.json"].filter((file) => tree.has(file));
    const verdicts = await Promise.all(
      projects.map((project) => runTool(tree.root, "tsc", ["--noEmit", "--pretty", "false", "-p", project])),
    );
    return { findings: verdicts.flatMap((verdict) => verdict.findings) };
  },
};
