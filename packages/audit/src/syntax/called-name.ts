import type { Node } from "oxc-parser";

/** `f` of `f()`, `b` of `a.b()`; empty for anything else. */
export function calledName(node: Node): string {
  if (node.type !== "CallExpression") return "";
  if (node.callee.type === "Identifier") return node.callee.name;
  return node.callee.type === "MemberExpression" && node.callee.property.type === "Identifier"
    ? node.callee.property.name
    : "";
}
