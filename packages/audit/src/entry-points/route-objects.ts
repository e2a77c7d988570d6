import type { Node } from "oxc-parser";
import { aside } from "../interpret/module-value.ts";
import type { ProjectFile } from "../project.ts";
import { calledName } from "../syntax/called-name.ts";
import { isFunction } from "../syntax/is-function.ts";
import { children } from "../syntax/walk.ts";
import type { FunctionNode, Value } from "../values/value.ts";
import { scopeInside } from "./declaring-calls.ts";
import { askedBy } from "./asked-by.ts";
import type { EntryPoint } from "./entry-point.ts";
import { followHandler, REQUEST, WRITER } from "./follow-handler.ts";
import { followMiddleware } from "./follow-middleware.ts";
import type { Asked } from "./neighbours.ts";
import { keyName, type ObjectNode, propertyOf, textOf } from "../syntax/object-fields.ts";

interface RouteObject {
  readonly node: ObjectNode;
  readonly handler: FunctionNode;
  readonly method: string;
  readonly path: string;
  readonly before: readonly Node[];
  readonly around: readonly FunctionNode[];
}

const MAY_DECLARE = /\bmethod\s*:\s*["'`](?:get|post|put|patch|delete|all)["'`]/i;
/** Calls that are handed such an object and make a route of it; `server.route({…})` is read with its router. */
const MAKES = /^(?:define|create|make|build|add|register)\w*(?:Route|Endpoint|Api|Handler)s?$/i;
const BEFORE = /^(?:middlewares?|pre|before|guards?|use|preHandlers?|policies|authenticate)$/;

/** Routes of the house: `{ method: "DELETE", url: "/notes/:id", middlewares: [auth()], async handler(req, res) {} }`, mounted by code that is not seen. */
export function routeObjectEntryPoints(file: ProjectFile): EntryPoint[] {
  if (!MAY_DECLARE.test(file.text) || !/\bhandler\b/.test(file.text)) return [];
  const found: RouteObject[] = [];
  const visit = (node: Node, within: Node | null, around: readonly FunctionNode[]): void => {
    if (node.type === "ObjectExpression" && !isHandedToServer(node, within)) {
      const route = routeOf(node, around);
      if (route !== null) found.push(route);
    }
    const inner = isFunction(node) ? [...around, node] : around;
    for (const one of children(node)) visit(one, node, inner);
  };
  visit(file.syntax.program, null, []);
  const guarded = found.some(({ before }) => before.length > 0);
  return found.map((one) => entryOf(file, one, guarded, found));
}

function isHandedToServer(node: Node, within: Node | null): boolean {
  return within?.type === "CallExpression" && within.callee !== node && !MAKES.test(calledName(within));
}

function routeOf(node: ObjectNode, around: readonly FunctionNode[]): RouteObject | null {
  const method = textOf(propertyOf(node, "method"));
  const path = textOf(propertyOf(node, "url")) ?? textOf(propertyOf(node, "path"));
  const handler = propertyOf(node, "handler");
  if (method === null || path === null || !path.startsWith("/") || handler === undefined || !isFunction(handler))
    return null;
  const before = node.properties.flatMap((one) =>
    one.type === "Property" && BEFORE.test(keyName(one.key)) ? [one.value] : [],
  );
  return { node, handler, method: method.toUpperCase(), path, before, around };
}

function entryOf(file: ProjectFile, one: RouteObject, guarded: boolean, all: readonly RouteObject[]): EntryPoint {
  const asked = ({ method, path, before }: RouteObject): Asked => askedBy({ method, path, file }, before);
  return {
    kind: "route",
    framework: "express",
    name: `${one.method} ${one.path}`,
    method: one.method === "ALL" ? null : one.method,
    path: one.path,
    file: file.path,
    node: one.node,
    neighbours: () => ({ own: asked(one), others: all.filter((other) => other !== one).map(asked) }),
    gateBeside: () => one.before.length === 0 && guarded,
    follow(machine) {
      const place = { file: file.path, node: one.node };
      machine.learn("unmounted", { sure: true, place, why: "no file of the tree mounts this route" });
      const scope = scopeInside(machine, file, one.around);
      const evaluated = (node: Node): Value => aside(machine, () => machine.evaluate(node, scope));
      const before = one.before.flatMap((node) => {
        const value = evaluated(node);
        return value.k === "list" ? value.items : [value];
      });
      const handler = evaluated(one.handler);
      if (before.length === 0) return followHandler(machine, handler, [REQUEST, WRITER], place);
      const all = [...before, handler];
      followHandler(
        machine,
        { k: "continuation", run: () => followMiddleware(machine, all, [REQUEST, WRITER], place) },
        [],
        place,
      );
    },
  };
}
