import type { Part } from "./part.ts";
import { runTool } from "./tool.ts";

/** Pages (of the dashboard, of the Next host) have configurations of their own: JSX, the DOM. The dashboard's server is without them. */
export const types: Part = {
  name: "types",
  async run(tree) {
    const projects = [
      "tsconfig.json",
      "apps/dashboard/tsconfig.json",
      "apps/dashboard/tsconfig.server.json",
      "examples/next/tsconfig.json",
    ].filter((file) => tree.has(file));
    const verdicts = await Promise.all(
      projects.map((project) => runTool(tree.root, "tsc", ["--noEmit", "--pretty", "false", "-p", project])),
    );
    return { findings: verdicts.flatMap((verdict) => verdict.findings) };
  },
};
