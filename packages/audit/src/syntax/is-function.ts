import type { ArrowFunctionExpression, Function as FunctionSyntax, Node } from "oxc-parser";

/** A function with a body of its own, in any of the ways to write one. */
export function isFunction(node: Node): node is FunctionSyntax | ArrowFunctionExpression {
  return (
    node.type === "FunctionDeclaration" || node.type === "FunctionExpression" || node.type === "ArrowFunctionExpression"
  );
}
