import type { Node, Program } from "oxc-parser";

type Statement = Program["body"][number];
type Exported = Extract<Statement, { type: "ExportNamedDeclaration" | "ExportDefaultDeclaration" }>;

/** What a statement at the top of a file declares, exported or not; null for `export { a }`. */
export function declaredBy(statement: Statement): Exclude<Statement, Exported> | Exported["declaration"] {
  return statement.type === "ExportNamedDeclaration" || statement.type === "ExportDefaultDeclaration"
    ? statement.declaration
    : statement;
}

/** The name under which what stands below a node is known: a property's, a variable's, or the one from around it. */
export function nameWithin(node: Node, around: string | null): string | null {
  if (node.type === "Property" && node.key.type === "Identifier") return node.key.name;
  return node.type === "VariableDeclarator" && node.id.type === "Identifier" ? node.id.name : around;
}
