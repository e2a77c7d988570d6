import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { parseSync } from "oxc-parser";

interface RoomManifest {
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** The rooms this package may stand on; their names after `@meterr/` are those of their folders. */
const ROOM = /^@meterr\/([a-z-]+)(\/.+)?$/;

/** @returns "packages/runtime" for "@meterr/runtime/webhooks"; null for what is not ours */
export function roomOf(specifier: string): string | null {
  const name = ROOM.exec(specifier)?.[1];
  return name === undefined ? null : `packages/${name}`;
}

export function roomManifest(root: string, room: string): RoomManifest {
  return JSON.parse(readFileSync(join(root, room, "package.json"), "utf8")) as RoomManifest;
}

/** The source file behind a door: "packages/runtime/src/index.ts". */
export function doorOf(root: string, specifier: string): string {
  const room = roomOf(specifier) ?? "";
  const door = `.${ROOM.exec(specifier)?.[2] ?? ""}`;
  const target = roomManifest(root, room).exports[door];
  if (target === undefined) throw new Error(`${specifier} is no door of ${room}.`);
  return posix.join(room, target);
}

/**
 * For each name a door hands on, the compiled file that defines it, so that importing one name does not bring the whole
 * room. Doors re-export by name only; what they define themselves stays theirs.
 */
export function definitionsBehind(door: string, text: string): ReadonlyMap<string, { file: string; name: string }> {
  const found = new Map<string, { file: string; name: string }>();
  for (const { entries } of parseSync(door, text).module.staticExports) {
    for (const { moduleRequest, exportName, importName } of entries) {
      if (moduleRequest === null || exportName.name === null || importName.name === null) continue;
      if (!moduleRequest.value.startsWith(".")) continue;
      const file = posix.join(posix.dirname(door), moduleRequest.value);
      found.set(exportName.name, { file, name: importName.name });
    }
  }
  return found;
}
