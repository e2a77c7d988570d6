import type { Node } from "oxc-parser";
import { aside } from "../interpret/module-value.ts";
import type { ProjectFile } from "../project.ts";
import { calledName } from "../syntax/called-name.ts";
import { isFunction } from "../syntax/is-function.ts";
import { children } from "../syntax/walk.ts";
import { client, type FunctionNode, opaque } from "../values/value.ts";
import { scopeInside } from "./declaring-calls.ts";
import type { EntryPoint } from "./entry-point.ts";
import { followHandler, REQUEST } from "./follow-handler.ts";
import { type ObjectNode, propertyOf, textOf } from "../syntax/object-fields.ts";

/** Where a field stands that a client may ask for by its name. */
interface Within {
  readonly name: string;
  readonly method: "GET" | "POST";
  readonly around: readonly FunctionNode[];
  /** A builder hands its resolvers something of its own first: Pothos' `prismaField`. */
  readonly shifted: boolean;
}

/**
 * Fields of GraphQL as objects of their own: graphql-js' `{ type, args, resolve }`, alone in a file or among the fields
 * of Query or Mutation, and those of Pothos (`builder.mutationField`) and Nexus (`mutationField`, `extendType`).
 */
export function graphqlFieldEntryPoints(file: ProjectFile): EntryPoint[] {
  if (!/\bresolve\b/.test(file.text) || !/graphql|nexus|pothos|builder\./i.test(file.text)) return [];
  const ofLibrary = /["']graphql["']/.test(file.text);
  const inMutations = /mutation/i.test(file.path);
  const found: EntryPoint[] = [];
  const visit = (node: Node, within: Within | null, around: readonly FunctionNode[]): void => {
    let here = within;
    if (node.type === "VariableDeclarator" && node.id.type === "Identifier" && ofLibrary && around.length === 0)
      here = { name: node.id.name, method: inMutations ? "POST" : "GET", around, shifted: false };
    else if (node.type === "ExportDefaultDeclaration" && ofLibrary)
      here = { name: nameOfFile(file.path), method: inMutations ? "POST" : "GET", around, shifted: false };
    else if (node.type === "CallExpression" || node.type === "NewExpression") here = ofCall(node, within, around);
    else if (node.type === "Property" && node.key.type === "Identifier" && here !== null)
      here =
        here.around.length === 0 &&
        node.value.type === "ObjectExpression" &&
        !OPERATIONS.test(`${file.path} ${here.name}`)
          ? null
          : { ...here, name: isFunction(node.value) ? here.name : node.key.name };
    if (node.type === "ObjectExpression" && here !== null) {
      const made = fieldOf(file, node, { ...here, around });
      if (made !== null) {
        found.push(made);
        return;
      }
      // Fields of another type are asked for only where somebody has it already.
      if (isOtherType(node)) return;
    }
    const inner = isFunction(node) ? [...around, node] : around;
    for (const one of children(node)) visit(one, here, inner);
  };
  visit(file.syntax.program, null, []);
  return found;
}

/** `builder.mutationField("name", (t) => t.field({ … }))`, `extendType({ type: "Mutation", definition(t) { … } })`. */
function ofCall(
  node: Extract<Node, { type: "CallExpression" | "NewExpression" }>,
  within: Within | null,
  around: readonly FunctionNode[],
): Within | null {
  const called =
    node.type === "NewExpression" ? (node.callee.type === "Identifier" ? node.callee.name : "") : calledName(node);
  const [first] = node.arguments;
  const [, kind] = /^(mutation|query)(?:Fields?|Type)$/.exec(called) ?? [];
  const named = first?.type === "Literal" && typeof first.value === "string" ? first.value : null;
  if (kind !== undefined)
    return { name: named ?? called, method: kind === "query" ? "GET" : "POST", around, shifted: false };
  if (/^(?:extendType|GraphQLObjectType)$/.test(called)) {
    const type =
      first?.type === "ObjectExpression"
        ? (textOf(propertyOf(first, "type")) ?? textOf(propertyOf(first, "name")) ?? "")
        : "";
    return /(?:Mutation|Query)(?:s|Type)?$|^(?:Mutation|Query)/.test(type)
      ? { name: type, method: /Query/.test(type) ? "GET" : "POST", around, shifted: false }
      : null;
  }
  if (within === null) return null;
  if (/^(?:field|prismaField|fieldWithInput|drizzleField|nonNull|list|prismaFieldWithInput)$/.test(called))
    return { ...within, name: named ?? within.name, shifted: /^(?:prisma|drizzle)/.test(called) };
  return null;
}

function isOtherType(node: ObjectNode): boolean {
  return (
    propertyOf(node, "fields") !== undefined && !/(?:Mutation|Query)/.test(textOf(propertyOf(node, "name")) ?? "Query")
  );
}

/** Beside other fields it is one of a type's, unless they are said to be those of Query or Mutation. */
const OPERATIONS = /mutation|quer(?:y|ies)/i;

/** What may ask before the resolver does, by the names of its options. */
const ASKS = ["authScopes", "authorize", "shield", "extensions", "directives", "middleware"];

function fieldOf(file: ProjectFile, node: ObjectNode, within: Within): EntryPoint | null {
  const resolve = propertyOf(node, "resolve");
  if (resolve === undefined || !isFunction(resolve) || propertyOf(node, "type") === undefined) return null;
  // A resolver that looks at neither arguments nor context has nothing to tell.
  if (resolve.params.length < 2) return null;
  // `({ id }, args, ctx)`: a field of something that somebody has already.
  if (resolve.params[within.shifted ? 1 : 0]?.type === "ObjectPattern") return null;
  const asks = ASKS.find((key) => propertyOf(node, key) !== undefined);
  const given = [opaque("parent"), client("arguments", "", true), REQUEST];
  return {
    kind: "procedure",
    framework: "graphql",
    name: within.name,
    method: within.method,
    path: null,
    file: file.path,
    node,
    follow(machine): void {
      const place = { file: file.path, node };
      machine.learn("opaque:auth", { sure: false, place, why: "the schema and what shields it are not seen" });
      if (asks !== undefined)
        machine.learn("opaque:scope", { sure: false, place, why: `${asks} of the field may have asked` });
      const handler = aside(machine, () => machine.evaluate(resolve, scopeInside(machine, file, within.around)));
      followHandler(machine, handler, within.shifted ? [opaque("query"), ...given] : given, place);
    },
  };
}

function nameOfFile(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).replace(/\.\w+$/, "");
}
