import type { Node } from "oxc-parser";
import { nameKind } from "../knowledge/names.ts";
import type { ProjectFile } from "../project.ts";
import { calledName } from "../syntax/called-name.ts";
import { type Asked, ASKS_STAFF, ASKS_WHOSE, asksRights, VERIFIES_SENDER } from "./neighbours.ts";
import { toldRight } from "./told-rights.ts";

/** A route as it is declared. */
export interface Declared {
  readonly method: string | null;
  readonly path: string | null;
  readonly file: ProjectFile;
}

/** What stands before a route, as it is written there, asks of whoever comes. */
export function askedBy(route: Declared, args: readonly Node[]): Asked {
  const names = args.flatMap(middlewareNames);
  const told: string[] = [];
  const toldElse: string[] = [];
  const untold: string[] = [];
  for (const call of args.flatMap(calledIn)) {
    const right = toldRight(call, route.file.text);
    if (right !== null) told.push(`${calledName(call)}(${right})`);
    else if (call.type === "CallExpression" && call.arguments.some(({ type }) => NAMED.test(type)))
      toldElse.push(calledName(call));
    else if (call.type === "CallExpression" && call.arguments.length === 0) untold.push(calledName(call));
  }
  return {
    method: route.method,
    path: route.path,
    gated: args.some((arg) => isGate(arg, route.file)),
    guards: [...names.filter(asksRights), ...told],
    toldElse,
    untold,
    staff: names.filter((name) => ASKS_STAFF.test(name)),
    signatures: names.filter((name) => VERIFIES_SENDER.test(name)),
    asksWhose: names.some((name) => ASKS_WHOSE.test(name)),
  };
}

/** What stands for a value from somewhere else. */
const NAMED = /^(?:Identifier|MemberExpression|SpreadElement)$/;

/** Middleware that by its name turns strangers away: `signedIn`, `requireStaff`, `auth.required`. */
export function isGate(node: Node, file: ProjectFile): boolean {
  switch (node.type) {
    case "CallExpression":
      return isGate(node.callee, file);
    case "MemberExpression":
      return isGate(node.property, file) || isGate(node.object, file);
    case "Identifier":
      return (
        refusesStrangers(file, node.name) ||
        /^(?:asserts|guards|asks|identity)$/.test(nameKind(node.name)) ||
        /^(?!.*(?:author(?!i)|optional))\w*(?:auth|jwt|passport|logged|signed|protect|secure(?!_?(?:headers|cookie)))/i.test(
          node.name,
        )
      );
    case "ArrayExpression":
      return node.elements.some((one) => one !== null && isGate(one, file));
    case "ObjectExpression":
      return node.properties.some(
        (one) =>
          one.type === "Property" &&
          one.key.type === "Identifier" &&
          HOOK.test(one.key.name) &&
          isGate(one.value, file),
      );
    default:
      return false;
  }
}

/** Middleware of the file's own that answers 401 or 403 to somebody. */
function refusesStrangers(file: ProjectFile, name: string): boolean {
  const binding = file.module.bindings.get(name);
  return (
    binding?.kind === "local" &&
    /\b40[13]\b|UNAUTHORI[SZ]ED|FORBIDDEN/i.test(file.text.slice(binding.node.start, binding.node.end))
  );
}

/** What the middleware of a route is called: `requireRole("admin")`, `{ preHandler: [requireScope(…)] }`. */
function middlewareNames(node: Node): string[] {
  switch (node.type) {
    case "CallExpression":
      return middlewareNames(node.callee);
    case "MemberExpression":
      return node.property.type === "Identifier" ? [node.property.name] : [];
    case "Identifier":
      return [node.name];
    case "ArrayExpression":
      return node.elements.flatMap((one) => (one === null ? [] : middlewareNames(one)));
    case "ObjectExpression":
      return node.properties.flatMap((one) =>
        one.type === "Property" && one.key.type === "Identifier" && HOOK.test(one.key.name)
          ? middlewareNames(one.value)
          : [],
      );
    case "TSAsExpression":
      return middlewareNames(node.expression);
    default:
      return [];
  }
}
/** The calls that make the middleware of a route. */
function calledIn(node: Node): Node[] {
  switch (node.type) {
    case "CallExpression":
      return [node];
    case "ArrayExpression":
      return node.elements.flatMap((one) => (one === null ? [] : calledIn(one)));
    case "ObjectExpression":
      return node.properties.flatMap((one) =>
        one.type === "Property" && one.key.type === "Identifier" && HOOK.test(one.key.name) ? calledIn(one.value) : [],
      );
    default:
      return [];
  }
}
const HOOK = /^(?:onRequest|preValidation|preHandler|middleware|beforeHandle)$/;
