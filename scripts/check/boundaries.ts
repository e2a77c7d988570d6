import { builtinModules } from "node:module";
import { forbids, isLowest } from "./floors.ts";
import { allImports, type Import, resolveRelative } from "./imports.ts";
import type { Part } from "./part.ts";
import { type Manifest, readManifest, type Room, roomsOf } from "./rooms.ts";
import type { Tree } from "./tree.ts";

const SCOPE = "@meterr/";
/** The one way a test of any room above the lowest floor gets a database, whatever the room itself may import. */
const TEST_DATABASE = "@meterr/database/testing";

interface House {
  readonly tree: Tree;
  readonly rooms: readonly Room[];
  readonly root: Manifest;
}

/** Imports go down only, through the front door, and only to what is declared. */
export const boundaries: Part = {
  name: "boundaries",
  run(tree) {
    const house: House = { tree, rooms: roomsOf(tree), root: readManifest(tree, "package.json") };
    const findings = allImports(tree).flatMap((entry) => {
      const problem = judge(house, entry);
      return problem === null ? [] : [`${entry.file}:${entry.line}: ${entry.specifier ?? "import()"}: ${problem}`];
    });
    return { findings };
  },
};

function judge(house: House, entry: Import): string | null {
  const { file, specifier } = entry;
  if (specifier === null) {
    return /(^|\/)tests\/|^scripts\/|^e2e\//.test(file) ? null : "what is imported must be readable: use a literal";
  }
  const room = house.rooms.find(({ folder }) => file.startsWith(`${folder}/`));
  if (specifier.startsWith(".")) return judgeRelative(house, room, file, specifier);
  if (specifier.startsWith("node:")) return null;
  if (builtinModules.includes(specifier)) return `write "node:${specifier}"`;
  if (specifier.startsWith("@/")) return judgeAlias(room);
  if (specifier.startsWith("#")) return judgeOwnName(house, room, specifier);
  if (specifier.startsWith(SCOPE)) return judgeRoom(house, room, file, specifier);
  return isDeclared(house, room, file, packageName(specifier)) ? null : "not declared in this room's package.json";
}

function judgeRelative({ tree }: House, room: Room | undefined, file: string, specifier: string): string | null {
  const folder = room?.folder ?? file.split("/")[0] ?? "";
  const target = resolveRelative(tree, file, specifier);
  if (target === null) {
    // Pages link stylesheets and data the bundler finds; the compiler reports a missing source file already.
    return /\.(ts|tsx|mjs|js|json|css)$/.test(specifier) ? "no such file" : "an import names its file with the ending";
  }
  return target.startsWith(`${folder}/`) ? null : "a path must not leave its room: import the room by its name";
}

function judgeAlias(room: Room | undefined): string | null {
  return room?.folder === "apps/dashboard" ? null : "path aliases are the dashboard's alone";
}

/** A name of package.json's `imports`. Naming the room there declares it. */
function judgeOwnName(house: House, room: Room | undefined, specifier: string): string | null {
  const name = room?.manifest.imports?.[specifier];
  const to = house.rooms.find(({ manifest }) => manifest.name === name);
  if (room === undefined || to === undefined) return "package.json's imports lead to no room by this name";
  return forbids(room, to);
}

function judgeRoom(house: House, from: Room | undefined, file: string, specifier: string): string | null {
  const name = packageName(specifier);
  const to = house.rooms.find(({ manifest }) => manifest.name === name);
  if (to === undefined) return "no room of this name";
  const door = `.${specifier.slice(name.length)}`;
  if (to.manifest.exports?.[door] === undefined) return `${name} does not export "${door}"`;
  if (door === "./testing" && !isForTests(from, file)) return "test support is for tests";
  if (from === undefined || from === to) return null; // scripts may use any room; a room's tests may use its own door
  if (specifier === TEST_DATABASE && !isLowest(from)) return null;
  return forbids(from, to) ?? (isDeclared(house, from, file, name) ? null : "not declared in this room's package.json");
}

function isForTests(room: Room | undefined, file: string): boolean {
  return room === undefined || room.kind === "outside" || /\/(tests|testing)\//.test(file);
}

/** Development dependencies of the root serve every room's tests, and everything outside the rooms. */
function isDeclared({ root }: House, room: Room | undefined, file: string, name: string): boolean {
  const own = room?.manifest ?? root;
  const forTests = isForTests(room, file);
  return [
    own.dependencies,
    own.optionalDependencies,
    own.peerDependencies,
    forTests ? own.devDependencies : undefined,
    forTests ? root.devDependencies : undefined,
  ].some((declared) => declared?.[name] !== undefined);
}

function packageName(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}
