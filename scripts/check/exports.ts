import type { Part } from "./part.ts";
import { type Room, roomsOf } from "./rooms.ts";
import { codeFiles, lineOf, type Tree } from "./tree.ts";

/** What a room offers is written in its package.json, exists, and is named one by one. */
export const exportsMaps: Part = {
  name: "exports",
  run(tree) {
    const rooms = roomsOf(tree);
    const empty = rooms.filter((room) => !room.furnished).map((room) => room.folder);
    return {
      findings: [
        ...rooms.filter((room) => room.furnished).flatMap((room) => [...mapOf(tree, room)]),
        ...starExports(tree),
      ],
      notes: empty.length === 0 ? [] : [`without code yet: ${empty.join(", ")}`],
    };
  },
};

function* mapOf(tree: Tree, { folder, kind, manifest }: Room): Generator<string> {
  const importable = kind === "package" || kind === "module" || folder === "e2e";
  if (importable && manifest.exports === undefined)
    yield `${folder}/package.json: no exports map, so every file is open`;
  if (!importable && manifest.exports !== undefined) yield `${folder}/package.json: exports, but nobody may import it`;
  for (const [door, target] of Object.entries({ ...manifest.exports, ...manifest.bin })) {
    if (door.includes("*") || target.includes("*")) yield `${folder}/package.json: "${door}" opens a whole folder`;
    else if (!tree.has(`${folder}/${target.replace(/^\.\//, "")}`)) {
      yield `${folder}/package.json: "${door}" points to ${target}, which does not exist`;
    }
  }
}

function starExports(tree: Tree): string[] {
  return codeFiles(tree).flatMap((file) => {
    const { text, result } = tree.parse(file);
    return result.program.body
      .filter((statement) => statement.type === "ExportAllDeclaration")
      .map((statement) => `${file}:${lineOf(text, statement.start)}: name what is exported instead of "export *"`);
  });
}
