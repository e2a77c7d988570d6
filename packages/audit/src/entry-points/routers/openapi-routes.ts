import type { Node } from "oxc-parser";
import type { ProjectFile } from "../../project.ts";
import { walk } from "../../syntax/walk.ts";
import { propertyOf, textOf } from "../../syntax/object-fields.ts";

/** What `createRoute({ method, path, middleware })` says of a route that is declared before its handler. */
export interface DeclaredRoute {
  readonly verb: string;
  readonly path: string | null;
  readonly middleware: readonly Node[];
}

/** The first argument of `app.openapi(route, handler)`: the call itself, or a name of this file for it. */
export function declaredRoute(file: ProjectFile, node: Node): DeclaredRoute {
  const options = optionsOf(node.type === "Identifier" ? initialiser(file, node.name) : node);
  const method = textOf(propertyOf(options, "method"));
  const path = textOf(propertyOf(options, "path"));
  const middleware = propertyOf(options, "middleware");
  return {
    verb:
      method !== null && /^(?:get|post|put|patch|delete|options|head)$/i.test(method) ? method.toLowerCase() : "all",
    path: path === null ? null : path.replace(/\{(\w{1,200})[^}]{0,200}\}/g, ":$1"),
    middleware: middleware === undefined ? [] : [middleware],
  };
}

function optionsOf(node: Node | null): Extract<Node, { type: "ObjectExpression" }> | null {
  if (node === null) return null;
  if (node.type === "ObjectExpression") return node;
  if (node.type === "TSAsExpression" || node.type === "TSSatisfiesExpression") return optionsOf(node.expression);
  return node.type === "CallExpression" ? optionsOf(node.arguments[0] ?? null) : null;
}

function initialiser(file: ProjectFile, name: string): Node | null {
  for (const node of walk(file.syntax.program))
    if (node.type === "VariableDeclarator" && node.id.type === "Identifier" && node.id.name === name) return node.init;
  return null;
}
