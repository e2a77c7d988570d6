import { listOf, objectOf } from "./json-value.ts";

/** How deep nested schemas are followed; deeper levels become empty objects. */
const MAX_DEPTH = 6;

/** A deterministic value that fits a JSON Schema (or Google's upper-case dialect of it): required properties only. */
export function simulatedValue(schema: unknown, depth = 0): unknown {
  const shape = objectOf(schema);
  if (shape === null || depth > MAX_DEPTH) return {};
  if ("const" in shape) return shape["const"];
  const choices = listOf(shape["enum"]);
  if (choices.length > 0) return choices[0];
  const alternatives = listOf(shape["anyOf"] ?? shape["oneOf"]);
  if (alternatives.length > 0) return simulatedValue(alternatives[0], depth + 1);
  switch (typeName(shape["type"])) {
    case "string":
      return "simulated";
    case "integer":
    case "number":
      return typeof shape["minimum"] === "number" ? shape["minimum"] : 1;
    case "boolean":
      return true;
    case "null":
      return null;
    case "array":
      return typeof shape["minItems"] === "number" && shape["minItems"] > 0
        ? [simulatedValue(shape["items"], depth + 1)]
        : [];
    default:
      return simulatedObject(shape, depth);
  }
}

function typeName(type: unknown): string {
  const first = Array.isArray(type) ? type[0] : type;
  return typeof first === "string" ? first.toLowerCase() : "object";
}

function simulatedObject(shape: Readonly<Record<string, unknown>>, depth: number): Record<string, unknown> {
  const properties = objectOf(shape["properties"]) ?? {};
  const entries: [string, unknown][] = [];
  for (const name of listOf(shape["required"])) {
    if (typeof name === "string") entries.push([name, simulatedValue(properties[name], depth + 1)]);
  }
  return Object.fromEntries(entries);
}
