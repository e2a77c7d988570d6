import type { Argument, MemberExpression, Node, ObjectExpression } from "oxc-parser";
import { valuesBoundTo } from "./bindings.ts";
import { resolveRelative } from "./imports.ts";
import type { Tree } from "./tree.ts";

/** Constants may be named, and names may be imported; a chain longer than this is not one a reader follows. */
const MOST_STEPS = 12;

/** An expression and the file it stands in. */
interface Value {
  readonly tree: Tree;
  readonly file: string;
  readonly steps: number;
  readonly node: Node;
}

/**
 * Whether an expression can only ever be text written in the source: a string, a template or sum of such texts, a
 * choice between them, a `const` made of them, or a property of a `const` object of them, whichever one is picked. A
 * statement object (`{ name, text, values }`) is judged by its `text`.
 */
export function constantText(tree: Tree, file: string, node: Argument | undefined): boolean {
  return node !== undefined && isConstant({ tree, file, steps: MOST_STEPS, node });
}

function isConstant(value: Value): boolean {
  const reached = reach(value);
  return reached !== null && reached.every(isText);
}

function isText(value: Value): boolean {
  const { node } = value;
  switch (node.type) {
    case "Literal":
      return typeof node.value === "string";
    case "TemplateLiteral":
      return node.expressions.every((part) => isConstant({ ...value, node: part }));
    case "BinaryExpression":
      return node.operator === "+" && [node.left, node.right].every((part) => isConstant({ ...value, node: part }));
    case "ObjectExpression":
      return properties(value, node, "text")?.every(isConstant) ?? false;
    default:
      return false;
  }
}

/** Everything the expression may stand for, with names, properties and choices followed; null when that is unknown. */
function reach(value: Value): Value[] | null {
  const { node } = value;
  if (value.steps === 0) return null;
  switch (node.type) {
    case "ParenthesizedExpression":
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
      return reach({ ...value, node: node.expression });
    case "ConditionalExpression":
      return each([node.consequent, node.alternate].map((part) => ({ ...value, node: part })));
    case "Identifier":
      return follow(value, node.name);
    case "MemberExpression":
      return pick(value, node);
    case "CallExpression": {
      const [frozen] = node.arguments;
      return frozen !== undefined && isFreeze(node.callee) ? reach({ ...value, node: frozen }) : null;
    }
    default:
      return [value];
  }
}

function each(values: readonly Value[]): Value[] | null {
  const reached = values.map(reach);
  return reached.includes(null) ? null : reached.flatMap((found) => found ?? []);
}

/**
 * A name is constant when everything the file binds to it is: stricter than following scopes, and simpler. One
 * parameter of that name anywhere in the file makes it unknown.
 */
function follow(value: Value, name: string): Value[] | null {
  const { tree, file } = value;
  const steps = value.steps - 1;
  const { program, module } = tree.parse(file).result;
  const bound = valuesBoundTo(program, name);
  if (bound.includes(null)) return null;
  if (bound.length > 0) return each(bound.flatMap((node) => (node === null ? [] : [{ tree, file, steps, node }])));
  for (const { moduleRequest, entries } of module.staticImports) {
    const imported = entries.find(({ localName }) => localName.value === name)?.importName.name;
    if (typeof imported !== "string") continue;
    const target = resolveRelative(tree, file, moduleRequest.value);
    return target === null ? null : follow({ ...value, file: target, steps }, imported);
  }
  return null;
}

/** `table.name`, or `table[anything]`: then every entry is possible. */
function pick(value: Value, node: MemberExpression): Value[] | null {
  const tables = reach({ ...value, node: node.object });
  if (tables === null || tables.length === 0) return null;
  const name = !node.computed && node.property.type === "Identifier" ? node.property.name : null;
  const found = tables.map((table) => {
    return table.node.type === "ObjectExpression" ? properties(table, table.node, name) : null;
  });
  return found.includes(null) ? null : each(found.flatMap((values) => values ?? []));
}

/** The properties of an object literal, all or by name; null when there is none, or a spread could replace it. */
function properties(value: Value, object: ObjectExpression, name: string | null): Value[] | null {
  const found: Value[] = [];
  for (const property of object.properties) {
    if (property.type === "SpreadElement" || property.computed) return null;
    const { key } = property;
    const own = key.type === "Identifier" ? key.name : key.type === "Literal" ? String(key.value) : null;
    if (name === null || own === name) found.push({ ...value, node: property.value });
  }
  return found.length === 0 ? null : found;
}

function isFreeze(callee: Node): boolean {
  return (
    callee.type === "MemberExpression" &&
    callee.object.type === "Identifier" &&
    callee.object.name === "Object" &&
    callee.property.type === "Identifier" &&
    callee.property.name === "freeze"
  );
}
