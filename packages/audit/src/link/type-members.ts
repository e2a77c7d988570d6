import type { Node } from "oxc-parser";
import type { Project, ProjectFile } from "../project.ts";

type Members = ReadonlyMap<string, string>;

/**
 * The members of an interface or object type that stands in the tree, each with the text of its type. Null when it is not
 * seen whole: a type of a package, one that extends or is computed from another.
 */
export function membersOfType(project: Project, file: ProjectFile, type: Node | null): Members | null {
  return membersOf(project, file, type, new Set());
}

function membersOf(project: Project, file: ProjectFile, type: Node | null, asked: Set<string>): Members | null {
  if (type?.type === "TSTypeAnnotation") return membersOf(project, file, type.typeAnnotation, asked);
  if (type?.type === "TSTypeLiteral") return listed(file, type.members);
  if (type?.type !== "TSTypeReference" || type.typeName.type !== "Identifier") return null;
  return named(project, file, type.typeName.name, asked);
}

function named(project: Project, file: ProjectFile, name: string, asked: Set<string>): Members | null {
  const key = `${file.path}:${name}`;
  if (asked.has(key)) return null;
  asked.add(key);
  for (const statement of file.syntax.program.body) {
    const declared = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declared?.type === "TSInterfaceDeclaration" && declared.id.name === name)
      return declared.extends.length > 0 ? null : listed(file, declared.body.body);
    if (declared?.type === "TSTypeAliasDeclaration" && declared.id.name === name)
      return membersOf(project, file, declared.typeAnnotation, asked);
  }
  const binding = file.module.bindings.get(name);
  if (binding?.kind !== "import") return null;
  const found = project.resolve(file.path, binding.specifier);
  const there = found.kind === "file" ? project.file(found.path) : null;
  return there === null ? null : named(project, there, binding.name, asked);
}

function listed(file: ProjectFile, members: readonly Node[]): Members | null {
  const found = new Map<string, string>();
  for (const one of members) {
    if (one.type !== "TSPropertySignature" || one.key.type !== "Identifier") return null;
    const type = one.typeAnnotation?.typeAnnotation;
    found.set(one.key.name, type === undefined ? "" : file.text.slice(type.start, type.end));
  }
  return found;
}
