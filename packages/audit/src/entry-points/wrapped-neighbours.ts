import type { Node } from "oxc-parser";
import { asksForRights } from "../knowledge/staff.ts";
import { type Asked, type Neighbours, VERIFIES_SENDER } from "./neighbours.ts";

/** What the methods of one route ask for by the wrappers they are exported in: `export const GET = operatorRoute(…)`. */
export function wrappedNeighbours(
  method: string,
  methods: readonly string[],
  declared: (method: string) => Node,
): Neighbours {
  const asked = (one: string): Asked => askedBy(one, wrappers(declared(one)));
  return { own: asked(method), others: methods.filter((one) => one !== method).map(asked) };
}

function askedBy(method: string, names: readonly string[]): Asked {
  return {
    method,
    guards: names.filter(asksForRights),
    signatures: names.filter((name) => VERIFIES_SENDER.test(name)),
  };
}

/** `withOrg(requireRole("admin")(handler))`: every name that is called around the handler. */
function wrappers(node: Node): string[] {
  switch (node.type) {
    case "VariableDeclarator":
      return node.init === null ? [] : wrappers(node.init);
    case "ExportNamedDeclaration":
      return node.declaration === null ? [] : wrappers(node.declaration);
    case "VariableDeclaration":
      return node.declarations.flatMap(wrappers);
    case "TSAsExpression":
    case "TSSatisfiesExpression":
      return wrappers(node.expression);
    case "CallExpression":
      return [
        ...wrappers(node.callee),
        ...node.arguments.flatMap((arg) => (arg.type === "CallExpression" ? wrappers(arg) : [])),
      ];
    case "MemberExpression":
      return node.property.type === "Identifier" ? [...wrappers(node.object), node.property.name] : [];
    case "Identifier":
      return [node.name];
    default:
      return [];
  }
}

/** The methods a route file exports are told apart by their wrappers only where all are wrapped. */
export function areWrapped(methods: readonly string[], declared: (method: string) => Node): boolean {
  return methods.length > 1 && methods.every((one) => wrappers(declared(one)).length > 0);
}
