import { parseSync } from "oxc-parser";
import type { ModuleFile } from "./catalogue.ts";

/** The npm packages a module's built code imports, Node's own left out. Sorted. */
export function packagesImported(files: readonly ModuleFile[]): string[] {
  const names = new Set<string>();
  for (const { path, bytes } of files) {
    if (!path.endsWith(".js") && !path.endsWith(".d.ts")) continue;
    const { staticImports, staticExports } = parseSync(path, Buffer.from(bytes).toString("utf8")).module;
    const exported = staticExports.flatMap(({ entries }) => entries.map(({ moduleRequest }) => moduleRequest?.value));
    for (const specifier of [...staticImports.map(({ moduleRequest }) => moduleRequest.value), ...exported]) {
      if (specifier !== undefined && !/^(\.|node:|#)/.test(specifier)) names.add(packageName(specifier));
    }
  }
  return [...names].sort();
}

/** "@scope/name/sub" → "@scope/name". */
export function packageName(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}
