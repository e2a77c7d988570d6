import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./machine.ts";

/** `METHOD /path/:pattern` of every route that a module declares in its key.json. */
export function declaredRoutes(): string[] {
  const modules = join(ROOT, "modules");
  return readdirSync(modules)
    .filter((name) => existsSync(join(modules, name, "key.json")))
    .flatMap((name) => {
      const manifest = JSON.parse(readFileSync(join(modules, name, "key.json"), "utf8")) as {
        exposed_routes: { path: string; method: string[] }[];
      };
      return manifest.exposed_routes.flatMap(({ path, method }) => method.map((verb) => `${verb} ${path}`));
    })
    .sort();
}
