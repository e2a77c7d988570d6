import { posix } from "node:path";
import type { Framework } from "../host/host.ts";
import { prefixOf } from "./prefix-of.ts";

/** Where a framework looks for the routes of these paths, relative to the host; null when it does not look by path. */
export function routeFileOf(
  framework: Framework,
  paths: readonly string[],
  sourceFolder: string,
  typescript: boolean,
): string | null {
  const prefix = prefixOf(paths).replace(/^\//, "");
  const whole = paths.length === 1 && paths[0] === `/${prefix}`;
  const ending = typescript ? "ts" : "js";
  switch (framework) {
    case "next-app":
      return posix.join(sourceFolder, "app", prefix, whole ? "" : "[...path]", `route.${ending}`);
    case "next-pages":
      return posix.join(sourceFolder, "pages", whole ? `${prefix}.${ending}` : `${prefix}/[...path].${ending}`);
    default:
      return null;
  }
}
