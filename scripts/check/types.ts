import type { Part } from "./part.ts";
import { runTool } from "./tool.ts";

/** The dashboard's pages have a configuration of their own (JSX, the DOM); its server is a third program, without them. */
export const types: Part = {
  name: "types",
  async run(tree) {
    const projects = ["tsconfig.json", "apps/dashboard/tsconfig.json", "apps/dashboard/tsconfig.server.json"].filter(
      (file) => tree.has(file),
    );
    const verdicts = await Promise.all(
      projects.map((project) => runTool(tree.root, "tsc", ["--noEmit", "--pretty", "false", "-p", project])),
    );
    return { findings: verdicts.flatMap((verdict) => verdict.findings) };
  },
};
