import type { Tree } from "./tree.ts";

export interface Verdict {
  /** What is wrong, one entry per finding, each naming its place. Empty means the part passed. */
  readonly findings: readonly string[];
  /** What a reader should know although nothing is wrong. */
  readonly notes?: readonly string[];
}

/** One line of `npm run check`. */
export interface Part {
  readonly name: string;
  run(tree: Tree): Promise<Verdict> | Verdict;
}
