import type { Argument, Expression, Node } from "oxc-parser";
import { valuesBoundTo } from "./bindings.ts";
import { resolveRelative } from "./imports.ts";
import type { Tree } from "./tree.ts";

/** Constants may be named, and names may be imported; a chain longer than this is not one a reader follows. */
const MOST_STEPS = 8;

/**
 * Whether an expression can only ever be text written in the source: a string, a template or sum of such texts, a
 * choice between them, or a `const` (or a property of one) made of them. A statement object
 * (`{ name, text, values }`) is judged by its `text`.
 */
export function constantText(tree: Tree, file: string, node: Argument | undefined): boolean {
  return node !== undefined && isConstant({ tree, file, steps: MOST_STEPS }, node);
}

interface Place {
  readonly tree: Tree;
  readonly file: string;
  readonly steps: number;
}

function isConstant(place: Place, node: Node): boolean {
  switch (node.type) {
    case "Literal":
      return typeof node.value === "string";
    case "TemplateLiteral":
      return node.expressions.every((part) => isConstant(place, part));
    case "BinaryExpression":
      return node.operator === "+" && isConstant(place, node.left) && isConstant(place, node.right);
    case "ConditionalExpression":
      return isConstant(place, node.consequent) && isConstant(place, node.alternate);
    case "ParenthesizedExpression":
    case "TSAsExpression":
    case "TSSatisfiesExpression":
      return isConstant(place, node.expression);
    case "ObjectExpression":
      return isConstantProperty(place, node, "text");
    case "Identifier":
      return followName(place, node.name, (found, at) => isConstant(at, found));
    case "MemberExpression": {
      if (node.object.type !== "Identifier" || node.computed || node.property.type !== "Identifier") return false;
      const { name } = node.property;
      return followName(place, node.object.name, (found, at) => isConstantProperty(at, found, name));
    }
    default:
      return false;
  }
}

function isConstantProperty(place: Place, node: Node, name: string): boolean {
  if (node.type === "TSAsExpression" || node.type === "TSSatisfiesExpression") {
    return isConstantProperty(place, node.expression, name);
  }
  if (node.type === "CallExpression" && isFreeze(node.callee)) {
    const [frozen] = node.arguments;
    return frozen !== undefined && isConstantProperty(place, frozen, name);
  }
  if (node.type !== "ObjectExpression") return false;
  if (node.properties.some((property) => property.type === "SpreadElement")) return false; // could replace the text
  return node.properties.some(
    (property) =>
      property.type === "Property" &&
      !property.computed &&
      property.key.type === "Identifier" &&
      property.key.name === name &&
      isConstant(place, property.value),
  );
}

function isFreeze(callee: Expression): boolean {
  return (
    callee.type === "MemberExpression" &&
    callee.object.type === "Identifier" &&
    callee.object.name === "Object" &&
    callee.property.type === "Identifier" &&
    callee.property.name === "freeze"
  );
}

/**
 * A name is constant when everything the file binds to it is: stricter than following scopes, and simpler. One
 * parameter of that name anywhere in the file makes it unknown.
 */
function followName(place: Place, name: string, judge: (found: Node, at: Place) => boolean): boolean {
  if (place.steps === 0) return false;
  const { result } = place.tree.parse(place.file);
  const next = { ...place, steps: place.steps - 1 };
  const values = valuesBoundTo(result.program, name);
  if (values.length > 0) return values.every((value) => value !== null && judge(value, next));
  for (const { moduleRequest, entries } of result.module.staticImports) {
    const entry = entries.find(({ localName }) => localName.value === name);
    if (entry === undefined) continue;
    const target = resolveRelative(place.tree, place.file, moduleRequest.value);
    const imported = entry.importName.name;
    return target !== null && typeof imported === "string" && followName({ ...next, file: target }, imported, judge);
  }
  return false;
}
