import { posix } from "node:path";
import { parseSync } from "oxc-parser";
import { definitionsBehind, doorOf, roomOf } from "./rooms.ts";

/**
 * Lets a compiled file import what it needs of a room from the files that define it, instead of through the room's
 * door: `import { parseManifest } from "@meterr/runtime"` becomes a relative import of that one file.
 * `read` answers the text of a compiled file.
 */
export function narrowImports(root: string, path: string, text: string, read: (path: string) => string): string {
  const { staticImports, staticExports } = parseSync(path, text).module;
  const through = staticExports.flatMap(({ entries }) =>
    entries.map(({ moduleRequest }) => moduleRequest?.value ?? ""),
  );
  if (through.some((specifier) => roomOf(specifier) !== null)) throw new Error(`${path} re-exports from a room.`);
  let result = text;
  for (const { start, end, moduleRequest, entries } of staticImports.toReversed()) {
    if (roomOf(moduleRequest.value) === null) continue;
    const door = compiled(doorOf(root, moduleRequest.value));
    const behind = definitionsBehind(door, read(door));
    const lines = entries.map(({ importName, localName }) => {
      const { value: local } = localName;
      if (importName.name === null) return `import * as ${local} from "${from(path, door)}";`;
      const { file, name } = behind.get(importName.name) ?? { file: door, name: importName.name };
      return `import { ${name === local ? name : `${name} as ${local}`} } from "${from(path, file)}";`;
    });
    result = result.slice(0, start) + lines.join("\n") + result.slice(end);
  }
  return result;
}

function from(path: string, target: string): string {
  const relative = posix.relative(posix.dirname(path), target);
  return relative.startsWith(".") ? relative : `./${relative}`;
}

export function compiled(path: string): string {
  return path.replace(/\.tsx?$/, ".js");
}
