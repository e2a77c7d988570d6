import type { Closure, FunctionNode } from "../values/value.ts";
import type { Scope } from "./scope.ts";

export function closureOf(node: FunctionNode, scope: Scope, name: string): Closure {
  return {
    k: "closure",
    node,
    scope,
    file: scope.file,
    self: node.type === "ArrowFunctionExpression" ? scope.self : null,
    name: name === "" && node.type !== "ArrowFunctionExpression" && node.id !== null ? node.id.name : name,
  };
}
