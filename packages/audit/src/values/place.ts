import type { Node } from "oxc-parser";

/** A node with the file it stands in. */
export interface Place {
  readonly file: string;
  readonly node: Node;
}
