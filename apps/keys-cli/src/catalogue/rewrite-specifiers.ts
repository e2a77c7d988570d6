import { parseSync, Visitor } from "oxc-parser";

interface Span {
  readonly start: number;
  readonly end: number;
  readonly value: string;
}

/**
 * Replaces what a source file imports: static imports and re-exports, `import()`, `import("…").Type` and
 * `new URL("…", import.meta.url)`. Nothing else of the text is touched. `to` answers null to leave a specifier alone.
 */
export function rewriteSpecifiers(path: string, text: string, to: (specifier: string) => string | null): string {
  const spans = specifiersOf(path, text).sort((one, other) => other.start - one.start);
  let result = text;
  for (const { start, end, value } of spans) {
    const replaced = to(value);
    if (replaced !== null) result = `${result.slice(0, start)}${JSON.stringify(replaced)}${result.slice(end)}`;
  }
  return result;
}

/** Every place of a file that names another file or package by a literal. Offsets include the quotes. */
export function specifiersOf(path: string, text: string): Span[] {
  const { module, program } = parseSync(path, text);
  const found = new Map<number, Span>();
  const add = ({ start, end, value }: Span): void => void found.set(start, { start, end, value });
  for (const { moduleRequest } of module.staticImports) add(moduleRequest);
  for (const { entries } of module.staticExports) {
    for (const { moduleRequest } of entries) if (moduleRequest) add(moduleRequest);
  }
  new Visitor({
    ImportExpression: ({ source }) => addLiteral(source),
    TSImportType: ({ source }) => addLiteral(source),
    NewExpression(made) {
      const [target, base] = made.arguments;
      const isUrl = made.callee.type === "Identifier" && made.callee.name === "URL";
      if (isUrl && target !== undefined && base?.type === "MemberExpression" && base.object.type === "MetaProperty") {
        addLiteral(target);
      }
    },
  }).visit(program);

  function addLiteral(node: { type: string; start: number; end: number; value?: unknown }): void {
    if (node.type === "Literal" && typeof node.value === "string") add({ ...node, value: node.value });
  }
  return [...found.values()];
}
