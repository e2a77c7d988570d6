import type { Node } from "oxc-parser";
import { aside } from "../interpret/module-value.ts";
import type { ProjectFile } from "../project.ts";
import { isFunction } from "../syntax/is-function.ts";
import { unwrapped } from "../syntax/unwrapped.ts";
import { children } from "../syntax/walk.ts";
import { client, type FunctionNode, opaque, type Value } from "../values/value.ts";
import { scopeInside } from "./declaring-calls.ts";
import type { EntryPoint } from "./entry-point.ts";
import { followHandler, REQUEST } from "./follow-handler.ts";

/** Objects that list what a client may call by its name: GraphQL's resolvers, and the handlers of a ts-rest contract. */
export function resolverMapEntryPoints(file: ProjectFile): EntryPoint[] {
  const ofGraphql = /\b(?:Query|Mutation)\b\s*(?::|=)/.test(file.text) && /graphql|apollo|resolvers?/i.test(file.text);
  const ofContract = /@ts-rest\//.test(file.text);
  if (!ofGraphql && !ofContract) return [];
  const found: EntryPoint[] = [];
  const visit = (node: Node, around: readonly FunctionNode[]): void => {
    if (ofGraphql && node.type === "Property" && node.key.type === "Identifier" && OPERATIONS.test(node.key.name))
      found.push(...members(file, node.value, node.key.name, around));
    else if (ofGraphql && node.type === "VariableDeclarator" && node.id.type === "Identifier" && node.init !== null) {
      if (OPERATIONS.test(node.id.name)) found.push(...members(file, node.init, node.id.name, around));
    } else if (ofContract && node.type === "CallExpression" && isContractRouter(node))
      for (const arg of node.arguments.slice(1)) found.push(...members(file, arg, "", around));
    const inner = isFunction(node) ? [...around, node] : around;
    for (const one of children(node)) visit(one, inner);
  };
  visit(file.syntax.program, []);
  return found;
}
const OPERATIONS = /^(?:Query|Mutation)$/;

/** `s.router(contract, { … })`. */
function isContractRouter({ callee }: Extract<Node, { type: "CallExpression" }>): boolean {
  return (
    callee.type === "MemberExpression" &&
    callee.property.type === "Identifier" &&
    callee.property.name === "router" &&
    callee.object.type === "Identifier" &&
    callee.object.name !== "t"
  );
}

function members(
  file: ProjectFile,
  node: Node,
  operation: string,
  around: readonly FunctionNode[],
): readonly EntryPoint[] {
  const listing = unwrapped(node);
  if (listing.type !== "ObjectExpression") return [];
  return listing.properties.flatMap((one) => {
    if (one.type !== "Property" || one.key.type !== "Identifier") return [];
    const { name } = one.key;
    // A contract may nest, and its routes be told of middleware: `{ middleware: […], handler: async ({ params }) => … }`.
    const handled = operation === "" ? handlerOf(one.value) : null;
    if (operation === "" && handled === null && one.value.type === "ObjectExpression")
      return members(file, one.value, operation, around);
    const value = handled ?? one.value;
    if (!isFunction(value) && value.type !== "CallExpression") return [];
    // A resolver that looks at neither arguments nor context has nothing to tell.
    if (isFunction(value) && (operation === "" ? value.params.length !== 1 : value.params.length < 2)) return [];
    const args: readonly Value[] =
      operation === "" ? [REQUEST] : [opaque("parent"), client("arguments", "", true), REQUEST];
    return [
      {
        kind: "procedure" as const,
        framework: operation === "" ? "ts-rest" : "graphql",
        name,
        method: operation === "Query" ? "GET" : "POST",
        path: null,
        file: file.path,
        node: one,
        follow(machine): void {
          const place = { file: file.path, node: one };
          // Directives of the schema and shields around it ask as well, and stand elsewhere.
          if (operation !== "")
            machine.learn("opaque:auth", { sure: false, place, why: "the schema and what shields it are not seen" });
          if (
            operation !== "" &&
            value.type === "CallExpression" &&
            value.arguments.some((arg) => arg.type === "Identifier")
          )
            machine.learn("opaque:scope", { sure: false, place, why: "rules stand before it that are not seen" });
          if (operation === "")
            for (const part of ["body", "query", "params"])
              machine.learn(`valid:client:${part}.`, { sure: true, place, why: "the contract declares its shape" });
          if (value !== one.value && asksFirst(file, one.value))
            machine.learn("opaque:auth", { sure: false, place, why: "the route's own middleware may have asked" });
          const handler = aside(machine, () => machine.evaluate(value, scopeInside(machine, file, around)));
          followHandler(machine, handler, args, place);
        },
      } satisfies EntryPoint,
    ];
  });
}

function handlerOf(node: Node): Node | null {
  if (node.type !== "ObjectExpression") return null;
  for (const one of node.properties)
    if (one.type === "Property" && one.key.type === "Identifier" && one.key.name === "handler") return one.value;
  return null;
}

function asksFirst(file: ProjectFile, node: Node): boolean {
  return /\bmiddleware\s*:/.test(file.text.slice(node.start, node.end));
}
