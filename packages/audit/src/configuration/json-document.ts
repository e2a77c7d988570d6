import { parseSync, type Expression } from "oxc-parser";
import { lineStarts, positionAt } from "../syntax/position.ts";

/** A JSON text with the line of every value; comments and trailing commas are let pass. */
export interface JsonDocument {
  readonly value: unknown;
  /** The line of the value at a path, or of the nearest one around it; from 1. */
  lineOf(path: readonly PropertyKey[]): number;
}

/** A text that is no JSON, with the line where it ceases to be. */
export interface NoJson {
  readonly line: number;
  readonly message: string;
}

/** Reads JSON as an expression that is never evaluated, so that a complaint can name the line. */
export function readJsonDocument(text: string): JsonDocument | NoJson {
  const content = text.replace(/^\uFEFF/, "");
  // The parenthesis stands on a line of its own: lines after it are one too high.
  const source = `(\n${content}\n)`;
  const lines = lineStarts(source);
  const lineAt = (offset: number): number => Math.max(1, positionAt(lines, offset).line - 1);
  const { program, errors } = parseSync("keys.config.js", source, { lang: "js", preserveParens: false });
  const [error] = errors;
  if (error !== undefined) return { line: lineAt(error.labels[0]?.start ?? 0), message: "is not JSON" };
  const [statement] = program.body;
  if (program.body.length !== 1 || statement?.type !== "ExpressionStatement")
    return { line: 1, message: "is not JSON" };
  const places = new Map<string, number>();
  try {
    const value = read(statement.expression, [], places);
    const lineOf = (path: readonly PropertyKey[]): number => {
      for (let length = path.length; length >= 0; length--) {
        const at = places.get(JSON.stringify(path.slice(0, length)));
        if (at !== undefined) return lineAt(at);
      }
      return 1;
    };
    return { value, lineOf };
  } catch (failure) {
    if (failure instanceof NotData)
      return { line: lineAt(failure.offset), message: "holds something that is not JSON" };
    throw failure;
  }
}

class NotData extends Error {
  readonly offset: number;

  constructor(offset: number) {
    super("not data");
    this.offset = offset;
  }
}

function read(node: Expression, path: readonly (string | number)[], places: Map<string, number>): unknown {
  const here = JSON.stringify(path);
  if (!places.has(here)) places.set(here, node.start);
  if (node.type === "Literal" && !("regex" in node) && !("bigint" in node)) return node.value;
  if (node.type === "UnaryExpression" && node.operator === "-" && node.argument.type === "Literal") {
    return -Number(node.argument.value);
  }
  if (node.type === "ArrayExpression") {
    return node.elements.map((item, index) => {
      if (item === null || item.type === "SpreadElement") throw new NotData(node.start);
      return read(item, [...path, index], places);
    });
  }
  if (node.type === "ObjectExpression") {
    return Object.fromEntries(
      node.properties.map((property) => {
        if (property.type !== "Property" || property.computed || property.kind !== "init" || property.shorthand) {
          throw new NotData(property.start);
        }
        const { key } = property;
        if (key.type !== "Literal" && key.type !== "Identifier") throw new NotData(property.start);
        const name = key.type === "Literal" ? String(key.value) : key.name;
        // A field is complained about where its name stands.
        places.set(JSON.stringify([...path, name]), property.start);
        return [name, read(property.value, [...path, name], places)];
      }),
    );
  }
  throw new NotData(node.start);
}
