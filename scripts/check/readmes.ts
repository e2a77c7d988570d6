import type { Part } from "./part.ts";
import { type Room, roomsOf } from "./rooms.ts";
import type { Tree } from "./tree.ts";

const ROOM = [
  "purpose",
  "may import",
  "must not import",
  "secrets it sees",
  "invariants",
  "first file to read",
  "how to test",
];
const MODULE = [
  "what it unlocks",
  "installation",
  "usage",
  "configuration",
  "rls and trust assumptions",
  "removal",
  "troubleshooting",
];
/** Folders that are no workspace and explain themselves all the same. */
const PLAIN = ["scripts"];

/** Whoever enters a room finds the same page on the wall. */
export const readmes: Part = {
  name: "readmes",
  run(tree) {
    const plain = PLAIN.filter((folder) => tree.files.some((file) => file.startsWith(`${folder}/`)));
    return {
      findings: [
        ...roomsOf(tree)
          .filter((room) => room.furnished)
          .flatMap((room) => missing(tree, room)),
        ...plain.filter((folder) => !tree.has(`${folder}/README.md`)).map((folder) => `${folder}/README.md is missing`),
      ],
    };
  },
};

function missing(tree: Tree, { folder, kind }: Room): string[] {
  const file = `${folder}/README.md`;
  if (!tree.has(file)) return [`${file} is missing`];
  const headings = new Set(
    [...tree.read(file).matchAll(/^#{2,} +(.+?)\s*$/gm)].map((match) => match[1]?.toLowerCase()),
  );
  const wanted = kind === "module" ? MODULE : ROOM;
  const absent = wanted.filter((heading) => !headings.has(heading));
  return absent.length === 0 ? [] : [`${file} lacks the heading ${absent.map((heading) => `"${heading}"`).join(", ")}`];
}
