import type { Node } from "oxc-parser";
import type { ProjectFile } from "../project.ts";
import { positionAt } from "../syntax/position.ts";
import type { Place } from "../values/value.ts";
import type { Location } from "./finding.ts";

export function locate(file: ProjectFile, place: Place): Location {
  return span(file.path, file.syntax.lines, place.node.start, headEnd(place.node));
}

/** @param start and `end`: offsets in UTF-16 units */
export function span(path: string, lines: readonly number[], start: number, end: number): Location {
  const from = positionAt(lines, start);
  const to = positionAt(lines, end);
  return { file: path, line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
}

/** A function is pointed at by its head, not by all of its body. */
function headEnd(node: Node): number {
  switch (node.type) {
    case "VariableDeclarator":
      return node.init === null ? node.end : headEnd(node.init);
    case "MethodDefinition":
      return node.value.body?.start ?? node.end;
    case "FunctionDeclaration":
    case "FunctionExpression":
      return node.body?.start ?? node.end;
    case "ArrowFunctionExpression":
      return node.body.start;
    case "CallExpression":
      // A registration or a wrapped handler: up to the function in it.
      for (const arg of node.arguments) {
        if (arg.type === "ArrowFunctionExpression" || arg.type === "FunctionExpression") return headEnd(arg);
      }
      return node.end;
    default:
      return node.end;
  }
}
