import { parseSync, Visitor } from "oxc-parser";

/** One place where a file names another. */
export interface SourceImport {
  readonly specifier: string;
  readonly line: number;
  /** Erased when the code runs: it mounts nothing. */
  readonly typeOnly: boolean;
  /** What is imported by name; "*" for a whole namespace, `import()`, `require` and side effects. */
  readonly names: readonly string[];
}

/** What `verify` knows of one file of the host. */
export interface SourceFile {
  /** Relative to the host, with `/`. */
  readonly path: string;
  readonly imports: readonly SourceImport[];
  readonly exported: ReadonlySet<string>;
}

const FATAL: ReadonlySet<string> = new Set(["Error"]);
const DEFAULT: ReadonlySet<string> = new Set(["Default"]);

/** What an import or export without a name of its own stands for: the default, or all there is. */
function nameless(kind: string): "default" | "*" {
  return DEFAULT.has(kind) ? "default" : "*";
}

/** @returns null when the file cannot be parsed: what it imports is then unknown */
export function readSource(path: string, text: string): SourceFile | null {
  // Bundlers take JSX in a .js file, and so must whoever reads it.
  const lang = /\.[cm]?js$/.test(path) ? "jsx" : undefined;
  const { module, program, errors } = parseSync(path, text, lang === undefined ? {} : { lang });
  if (errors.some(({ severity }) => FATAL.has(severity))) return null;
  const imports: SourceImport[] = [];
  const add = (specifier: string, start: number, typeOnly: boolean, names: string[]): void => {
    imports.push({ specifier, line: lineOf(text, start), typeOnly, names });
  };
  for (const { moduleRequest, entries, start } of module.staticImports) {
    const values = entries.filter(({ isType }) => !isType);
    const names = values.map(({ importName }) => importName.name ?? nameless(importName.kind));
    add(moduleRequest.value, start, entries.length > 0 && values.length === 0, entries.length === 0 ? ["*"] : names);
  }
  const exported = new Set<string>();
  for (const { entries, start } of module.staticExports) {
    for (const { moduleRequest, importName, exportName, isType } of entries) {
      if (!isType) exported.add(exportName.name ?? nameless(exportName.kind));
      if (moduleRequest !== null) add(moduleRequest.value, start, isType, [importName.name ?? "*"]);
    }
  }
  new Visitor({
    ImportExpression({ source, start }) {
      if (source.type === "Literal" && typeof source.value === "string") add(source.value, start, false, ["*"]);
    },
    CallExpression({ callee, arguments: given, start }) {
      const [target] = given;
      if (callee.type !== "Identifier" || callee.name !== "require" || target?.type !== "Literal") return;
      if (typeof target.value === "string") add(target.value, start, false, ["*"]);
    },
    TSImportEqualsDeclaration({ moduleReference, importKind, start }) {
      if (moduleReference.type !== "TSExternalModuleReference") return;
      add(moduleReference.expression.value, start, importKind === "type", ["*"]);
    },
  }).visit(program);
  return { path, imports, exported };
}

function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) line++;
  return line;
}
