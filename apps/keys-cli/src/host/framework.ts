import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Framework } from "./host.ts";

/** What serves the host, by what it depends on. A Next.js application with both routers is taken for App Router. */
export function frameworkOf(root: string, dependencies: Readonly<Record<string, string>>): Framework {
  if (dependencies["next"] !== undefined) {
    const app = ["app", "src/app"].some((folder) => existsSync(join(root, folder)));
    const pages = ["pages", "src/pages"].some((folder) => existsSync(join(root, folder)));
    return pages && !app ? "next-pages" : "next-app";
  }
  for (const framework of ["express", "fastify", "hono"] as const) {
    if (dependencies[framework] !== undefined) return framework;
  }
  return "node";
}

export const FRAMEWORK_NAMES: Readonly<Record<Framework, string>> = {
  "next-app": "Next.js (App Router)",
  "next-pages": "Next.js (Pages Router)",
  express: "Express",
  fastify: "Fastify",
  hono: "Hono",
  node: "node:http",
};
