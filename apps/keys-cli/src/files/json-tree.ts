import { parseSync, type Expression, type ObjectExpression, type ObjectProperty } from "oxc-parser";

/**
 * A JSON document, comments and trailing commas allowed, with the place of each of its parts in the text.
 * @returns null when it is no JSON object
 */
export function jsonTree(text: string): { root: ObjectExpression; offset: number } | null {
  // Parentheses make the object an expression; places are one character further on.
  const { program, errors } = parseSync("document.ts", `(${text.replace(/^\uFEFF/, " ")}\n)`);
  const [statement] = program.body;
  if (errors.length > 0 || program.body.length !== 1 || statement?.type !== "ExpressionStatement") return null;
  const { expression } = statement;
  const root = expression.type === "ParenthesizedExpression" ? expression.expression : expression;
  return root.type === "ObjectExpression" ? { root, offset: 1 } : null;
}

export function propertiesOf(object: ObjectExpression): ObjectProperty[] {
  return object.properties.filter((property) => property.type === "Property");
}

export function propertyOf(object: ObjectExpression, name: string): ObjectProperty | undefined {
  return propertiesOf(object).find((property) => nameOf(property) === name);
}

export function nameOf({ key }: ObjectProperty): string {
  if (key.type === "Literal") return String(key.value);
  return key.type === "Identifier" ? key.name : "";
}

/** The value a JSON expression stands for; anything else is undefined. */
export function valueOf(node: Expression): unknown {
  switch (node.type) {
    case "Literal":
      return node.value;
    case "ObjectExpression":
      return Object.fromEntries(propertiesOf(node).map((property) => [nameOf(property), valueOf(property.value)]));
    case "ArrayExpression":
      return node.elements.flatMap((element) => {
        return element === null || element.type === "SpreadElement" ? [] : [valueOf(element)];
      });
    default:
      return undefined;
  }
}
