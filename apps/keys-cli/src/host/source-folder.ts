import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Host } from "./host.ts";

/** Where the host keeps its source, relative to its root: "src" or "". */
export function sourceFolderOf({ root, framework }: Host): string {
  const there = (path: string): boolean => existsSync(join(root, path));
  if (framework.startsWith("next")) {
    const inSource = there("src/app") || there("src/pages");
    const atRoot = there("app") || there("pages");
    return inSource || (!atRoot && there("src")) ? "src" : "";
  }
  return there("src") ? "src" : "";
}
