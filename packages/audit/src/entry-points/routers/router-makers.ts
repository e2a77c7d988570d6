import type { Node } from "oxc-parser";
import type { Project, ProjectFile } from "../../project.ts";
import { isFunction } from "../../syntax/is-function.ts";
import type { FunctionNode } from "../../values/value.ts";
import { CALLED, routerNamedBy } from "./registrations.ts";

/** The router that a function of that name makes and returns, as `file:name`; null when none is seen. */
export function routerMadeBy(project: Project, file: ProjectFile, name: string, depth = 0): string | null {
  if (depth > 4) return null;
  const binding = file.module.bindings.get(name);
  if (binding?.kind === "local") return returned(project, file, functionOf(binding.node, name), depth);
  if (binding?.kind !== "import") return null;
  const found = project.resolve(file.path, binding.specifier);
  const there = found.kind === "file" ? project.file(found.path) : null;
  const left = there?.module.exports.get(binding.name);
  if (there === null || left === undefined) return null;
  if (left.kind === "local") return routerMadeBy(project, there, left.name, depth + 1);
  return left.kind === "value" ? returned(project, there, functionOf(left.value, ""), depth) : null;
}

function functionOf(node: Node, name: string): FunctionNode | null {
  if (isFunction(node)) return node;
  if (node.type === "VariableDeclarator") return node.init === null ? null : functionOf(node.init, name);
  if (node.type !== "VariableDeclaration") return null;
  const found = node.declarations.find(({ id }) => id.type === "Identifier" && id.name === name);
  return found?.init === null || found === undefined ? null : functionOf(found.init, name);
}

function returned(project: Project, file: ProjectFile, fn: FunctionNode | null, depth: number): string | null {
  if (fn?.body === null || fn?.body === undefined) return null;
  const last =
    fn.body.type === "BlockStatement"
      ? fn.body.body.findLast((statement) => statement.type === "ReturnStatement")?.argument
      : fn.body;
  if (last === null || last === undefined) return null;
  const name = routerNamedBy(file, last);
  if (name === null) return null;
  return name.startsWith(CALLED)
    ? routerMadeBy(project, file, name.slice(CALLED.length), depth + 1)
    : `${file.path}:${name}`;
}
