import type { Node } from "oxc-parser";
import type { Rule } from "../../rules/rule.ts";

/** Something of a protection that is still in the text, and does nothing. */
export interface LooseEnd {
  readonly rule: Rule;
  readonly node: Node;
  readonly message: string;
}
