import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./machine.ts";

const PREFIX = "@meterr/module-";

/** `METHOD /path/:pattern` of every route that a module of the dashboard declares in its key.json. */
export function declaredRoutes(): string[] {
  const { dependencies } = readJson<{ dependencies: Record<string, string> }>("apps/dashboard/package.json");
  return Object.keys(dependencies)
    .filter((name) => name.startsWith(PREFIX))
    .flatMap((name) => {
      const manifest = readJson<{ exposed_routes: { path: string; method: string[] }[] }>(
        `modules/${name.slice(PREFIX.length)}/key.json`,
      );
      return manifest.exposed_routes.flatMap(({ path, method }) => method.map((verb) => `${verb} ${path}`));
    })
    .sort();
}

function readJson<Content>(path: string): Content {
  return JSON.parse(readFileSync(join(ROOT, path), "utf8")) as Content;
}
