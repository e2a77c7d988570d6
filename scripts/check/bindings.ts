import type { Node, Program } from "oxc-parser";

/**
 * Everything a file binds to a name: for each `const` its initial value, and null for what cannot be known (a
 * parameter, a variable, a destructured part, a function, a class). Empty when the file binds nothing to it.
 */
export function valuesBoundTo(program: Program, name: string): (Node | null)[] {
  const values: (Node | null)[] = [];
  walk(program, (node) => {
    if (node.type === "VariableDeclaration") {
      for (const { id, init } of node.declarations) {
        if (id.type === "Identifier" && id.name === name) values.push(node.kind === "const" ? init : null);
        else if (binds(id, name)) values.push(null);
      }
      return;
    }
    const unknown =
      ("params" in node && binds(node.params, name)) ||
      (node.type === "CatchClause" && binds(node.param, name)) ||
      (isNamed(node) && node.id?.name === name);
    if (unknown) values.push(null);
  });
  return values;
}

function isNamed(node: Node): node is Node & { readonly id: { readonly name: string } | null } {
  return /^(Function|Class)(Declaration|Expression)$/.test(node.type);
}

function walk(value: unknown, visit: (node: Node) => void): void {
  if (typeof value !== "object" || value === null) return;
  if ("type" in value && typeof value.type === "string") visit(value as Node);
  for (const child of Object.values(value)) walk(child, visit);
}

/** Whether a binding pattern (a name, or names taken out of an object or an array) binds this name. */
function binds(pattern: unknown, name: string): boolean {
  if (typeof pattern !== "object" || pattern === null) return false;
  if (Array.isArray(pattern)) return pattern.some((item) => binds(item, name));
  const node = pattern as Readonly<Record<string, unknown>>;
  switch (node["type"]) {
    case "Identifier":
      return node["name"] === name;
    case "ObjectPattern":
      return binds(node["properties"], name);
    case "Property":
      return binds(node["value"], name);
    case "ArrayPattern":
      return binds(node["elements"], name);
    case "AssignmentPattern":
      return binds(node["left"], name);
    case "RestElement":
      return binds(node["argument"], name);
    case "TSParameterProperty":
      return binds(node["parameter"], name);
    default:
      return false;
  }
}
