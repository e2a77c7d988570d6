import { parseSync, type Expression } from "oxc-parser";

/**
 * JSON as tsconfig files are written: with comments and trailing commas. Undefined when it is not even that.
 * Read through the parser, as an expression, and never evaluated.
 */
export function readJsonc(text: string): unknown {
  const { program, errors } = parseSync("config.js", `(${text.replace(/^\uFEFF/, "")}\n)`, { lang: "js" });
  const statement = program.body[0];
  if (errors.length > 0 || statement?.type !== "ExpressionStatement") return undefined;
  return plain(statement.expression);
}

function plain(node: Expression): unknown {
  switch (node.type) {
    case "ParenthesizedExpression":
      return plain(node.expression);
    case "Literal":
      return node.value;
    case "ArrayExpression":
      return node.elements.map((item) => (item === null || item.type === "SpreadElement" ? undefined : plain(item)));
    case "ObjectExpression": {
      const entries: [string, unknown][] = [];
      for (const property of node.properties) {
        if (property.type !== "Property") continue;
        const { key } = property;
        if (key.type === "Literal") entries.push([String(key.value), plain(property.value)]);
        else if (key.type === "Identifier") entries.push([key.name, plain(property.value)]);
      }
      return Object.fromEntries(entries);
    }
    default:
      return undefined;
  }
}
