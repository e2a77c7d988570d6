import type { Node } from "oxc-parser";
import { asksForRights } from "../knowledge/staff.ts";
import { type Asked, type Neighbours, VERIFIES_SENDER } from "./neighbours.ts";
import { toldRight } from "./told-rights.ts";

/** What the methods of one route ask for by the wrappers they are exported in: `export const GET = operatorRoute(…)`. */
export function wrappedNeighbours(
  method: string,
  methods: readonly string[],
  declared: (method: string) => Node,
  text: string,
): Neighbours {
  const asked = (one: string): Asked => askedBy(one, aliased(declared(one), methods, declared), text);
  return { own: asked(method), others: methods.filter((one) => one !== method).map(asked) };
}

/** `export const PUT = PATCH` */
function aliased(node: Node, methods: readonly string[], declared: (method: string) => Node): Node {
  return node.type === "VariableDeclarator" && node.init?.type === "Identifier" && methods.includes(node.init.name)
    ? declared(node.init.name)
    : node;
}

function askedBy(method: string, declared: Node, text: string): Asked {
  const names = wrappers(declared);
  return {
    method,
    // `withSite`: for which of them, and not who may.
    guards: [
      ...names.filter((name) => asksForRights(name) && !/^with_?(?:site|instance|platform|system)$/i.test(name)),
      ...rightsTold(declared, text),
    ],
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

/** The rights that the wrappers are told to ask for. */
function rightsTold(node: Node, text: string): string[] {
  switch (node.type) {
    case "VariableDeclarator":
      return node.init === null ? [] : rightsTold(node.init, text);
    case "ExportNamedDeclaration":
      return node.declaration === null ? [] : rightsTold(node.declaration, text);
    case "VariableDeclaration":
      return node.declarations.flatMap((one) => rightsTold(one, text));
    case "TSAsExpression":
    case "TSSatisfiesExpression":
      return rightsTold(node.expression, text);
    case "CallExpression": {
      const right = toldRight(node, text);
      return [
        ...(right === null ? [] : [right]),
        ...rightsTold(node.callee, text),
        ...node.arguments.flatMap((arg) => (arg.type === "CallExpression" ? rightsTold(arg, text) : [])),
      ];
    }
    default:
      return [];
  }
}

/** The methods a route file exports are told apart by their wrappers only where all are wrapped. */
export function areWrapped(methods: readonly string[], declared: (method: string) => Node): boolean {
  return methods.length > 1 && methods.every((one) => wrappers(declared(one)).length > 0);
}
