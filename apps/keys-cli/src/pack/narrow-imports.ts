import { posix } from "node:path";
import { parseSync } from "oxc-parser";
import { definitionsBehind, doorOf, roomOf } from "./rooms.ts";

/**
 * Lets a compiled file import what it needs of a room from the files that define it, instead of through the room's
 * door: `import { parseManifest } from "@meterr/runtime"` becomes a relative import of that one file.
 * Re-exports likewise. `read` answers the text of a compiled file.
 */
export function narrowImports(root: string, path: string, text: string, read: (path: string) => string): string {
  const { staticImports, staticExports } = parseSync(path, text).module;
  const replaced: { start: number; end: number; lines: string[] }[] = [];

  /** The file that defines a name, and what it is called there. */
  function definition(specifier: string, name: string): { file: string; name: string } {
    const door = compiled(doorOf(root, specifier));
    return definitionsBehind(door, read(door)).get(name) ?? { file: door, name };
  }

  for (const { start, end, moduleRequest, entries } of staticImports) {
    const specifier = moduleRequest.value;
    if (roomOf(specifier) === null) continue;
    const lines = entries.map(({ importName, localName }) => {
      if (importName.name === null) {
        return `import * as ${localName.value} from "${from(path, compiled(doorOf(root, specifier)))}";`;
      }
      const { file, name } = definition(specifier, importName.name);
      return `import { ${renamed(name, localName.value)} } from "${from(path, file)}";`;
    });
    replaced.push({ start, end, lines });
  }
  for (const { start, end, entries } of staticExports) {
    // Also `export { name }` of what was imported: the parser follows it.
    if (!entries.some(({ moduleRequest }) => moduleRequest !== null && roomOf(moduleRequest.value) !== null)) continue;
    const lines = entries.map(({ moduleRequest, importName, exportName }) => {
      if (moduleRequest === null || importName.name === null || exportName.name === null) {
        throw new Error(`${path} re-exports a whole room: name what it hands on.`);
      }
      const { file, name } = definition(moduleRequest.value, importName.name);
      return `export { ${renamed(name, exportName.name)} } from "${from(path, file)}";`;
    });
    replaced.push({ start, end, lines });
  }
  return replaced
    .sort((one, other) => other.start - one.start)
    .reduce((result, { start, end, lines }) => result.slice(0, start) + lines.join("\n") + result.slice(end), text);
}

function renamed(name: string, as: string): string {
  return name === as ? name : `${name} as ${as}`;
}

function from(path: string, target: string): string {
  const relative = posix.relative(posix.dirname(path), target);
  return relative.startsWith(".") ? relative : `./${relative}`;
}

export function compiled(path: string): string {
  return path.replace(/\.tsx?$/, ".js");
}
