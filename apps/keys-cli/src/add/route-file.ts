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
  const whole = paths.every((path) => path === `/${prefix}`);
  // The optional form also answers the folder itself.
  const rest = paths.includes(`/${prefix}`) ? "[[...path]]" : "[...path]";
  const ending = typescript ? "ts" : "js";
  switch (framework) {
    case "next-app":
      return posix.join(sourceFolder, "app", prefix, whole ? "" : rest, `route.${ending}`);
    case "next-pages":
      return posix.join(sourceFolder, "pages", whole ? `${prefix}.${ending}` : `${prefix}/${rest}.${ending}`);
    default:
      return null;
  }
}
