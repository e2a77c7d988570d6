import type { Node } from "oxc-parser";

/** The expression itself, without what TypeScript and parentheses put around it. */
export function unwrapped(node: Node): Node {
  return node.type === "TSAsExpression" ||
    node.type === "TSSatisfiesExpression" ||
    node.type === "TSNonNullExpression" ||
    node.type === "ParenthesizedExpression"
    ? unwrapped(node.expression)
    : node;
}
