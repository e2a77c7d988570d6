import type { Node } from "oxc-parser";

/** Names a function of the tree: the same one however often its file is parsed. */
export function functionKey(file: string, node: Node): string {
  return `${file}:${node.start}:${node.end}`;
}
