import { type Node, Visitor } from "oxc-parser";
import type { Part } from "./part.ts";
import { codeFiles, lineOf, type Tree } from "./tree.ts";

/** Tests reveal what they sealed to see that it came back. */
const EXEMPT = /(^|\/)(tests|testing)\//;

/**
 * `Secret.reveal()` is the only way from a sealed type to plain text, so the files that may call it are written down
 * in `reveal.json`, each with the reason. A file listed there that no longer calls it must leave the list.
 */
export const reveal: Part = {
  name: "reveal",
  run(tree) {
    const list = "scripts/check/reveal.json";
    const allowed = tree.has(list) ? (JSON.parse(tree.read(list)) as Record<string, string>) : {};
    const calls = new Map(
      codeFiles(tree)
        .filter((file) => !EXEMPT.test(file))
        .map((file) => [file, revealLines(tree, file)] as const)
        .filter(([, lines]) => lines.length > 0),
    );
    const uncalled = Object.keys(allowed).filter((file) => !calls.has(file));
    const unlisted = [...calls].filter(([file]) => (allowed[file] ?? "").trim() === "");
    return {
      findings: [
        ...unlisted.flatMap(([file, lines]) =>
          lines.map((line) => `${file}:${line}: reveals a secret, but ${list} gives no reason for this file`),
        ),
        ...uncalled.map((file) => `${list}: ${file} no longer reveals a secret`),
      ],
    };
  },
};

function revealLines(tree: Tree, file: string): number[] {
  const { text, result } = tree.parse(file);
  const lines: number[] = [];
  const isReveal = (property: Node): boolean =>
    (property.type === "Identifier" && property.name === "reveal") ||
    (property.type === "Literal" && property.value === "reveal");
  // Reading the method counts as calling it: what is passed on is called elsewhere, where nobody looks.
  new Visitor({
    MemberExpression(node) {
      if (isReveal(node.property)) lines.push(lineOf(text, node.start));
    },
  }).visit(result.program);
  return lines;
}
