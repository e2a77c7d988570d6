import type { Node } from "oxc-parser";
import { bindPattern } from "../interpret/bind-pattern.ts";
import type { Machine } from "../interpret/machine.ts";
import { aside, moduleScope } from "../interpret/module-value.ts";
import { Scope } from "../interpret/scope.ts";
import type { ProjectFile } from "../project.ts";
import { isFunction } from "../syntax/is-function.ts";
import { children } from "../syntax/walk.ts";
import { client, opaque, type FunctionNode, type Place, type Value } from "../values/value.ts";
import type { EntryPoint } from "./entry-point.ts";
import { followHandler } from "./follow-handler.ts";

/** Routes of KEY modules: `routeKey({ auth, tenant, authorize, input, handler })`. Its gates run before the handler. */
export function keyEntryPoints(file: ProjectFile): EntryPoint[] {
  if (!file.text.includes("routeKey(")) return [];
  const found: EntryPoint[] = [];
  const visit = (node: Node, around: readonly FunctionNode[]): void => {
    if (node.type === "CallExpression" && node.callee.type === "Identifier" && node.callee.name === "routeKey") {
      const [options] = node.arguments;
      if (options?.type === "ObjectExpression") found.push(entry(file, node, options, around));
    }
    const inner = isFunction(node) ? [...around, node] : around;
    for (const child of children(node)) visit(child, inner);
  };
  visit(file.syntax.program, []);
  return found;
}

type ObjectNode = Extract<Node, { type: "ObjectExpression" }>;

function property(node: ObjectNode, name: string): Node | null {
  for (const one of node.properties) {
    if (one.type === "Property" && one.key.type === "Identifier" && one.key.name === name) return one.value;
  }
  return null;
}

function text(node: Node | null): string | null {
  return node?.type === "Literal" && typeof node.value === "string" ? node.value : null;
}

function entry(file: ProjectFile, node: Node, options: ObjectNode, around: readonly FunctionNode[]): EntryPoint {
  const method = text(property(options, "method"));
  const path = text(property(options, "path"));
  return {
    kind: "route",
    framework: "key",
    name: `${method ?? "*"} ${path ?? "a KEY route"}`,
    method,
    path,
    file: file.path,
    node,
    follow(machine) {
      const place = { file: file.path, node };
      const scope = aside(machine, () => scopeAround(machine, file, around));
      const valueOf = (name: string): Value | null => {
        const held = property(options, name);
        return held === null ? null : aside(machine, () => machine.evaluate(held, scope));
      };
      gates(
        machine,
        calledName(property(options, "auth")),
        property(options, "authorize") !== null,
        calledName(property(options, "tenant")),
        place,
      );
      const handler = valueOf("handler");
      if (handler !== null) followHandler(machine, handler, [contextOf(valueOf("input"), place)], place);
    },
  };
}

/** What the runtime has shown before the handler runs. A route that says `publicAccess` has shown nothing. */
function gates(machine: Machine, auth: string, authorized: boolean, tenant: string, place: Place): void {
  if (auth !== "publicAccess") {
    machine.learn("auth", { sure: true, place, why: "the runtime verifies the credential before the handler" });
    if (/webhook|scanning/i.test(auth))
      machine.learn("signature", { sure: true, place, why: "the runtime verifies the signature" });
    if (authorized) machine.learn("role", { sure: true, place, why: "the runtime asks the route's permission" });
    if (tenant !== "globalScope")
      machine.learn("rls", { sure: true, place, why: "the handler's transaction is confined to the tenant" });
  }
}

function calledName(node: Node | null): string {
  if (node?.type === "CallExpression" && node.callee.type === "Identifier") return node.callee.name;
  return node?.type === "Identifier" ? node.name : "";
}

/** The handler's context: body, query, params and headers have passed their schemas, or are not there. */
function contextOf(input: Value | null, place: Place): Value {
  const caller = (path: string): Value => ({ k: "principal", path, sure: true, origin: place });
  const has = (name: string): boolean =>
    input === null || input.k !== "struct" || input.props.has(name) || input.spreads.length > 0;
  return {
    k: "struct",
    props: new Map<string, Value>([
      ["tenant", caller("tenant")],
      ["principal", caller("principal")],
      ["body", client("body", "", has("body"))],
      ["query", client("query", "", has("query"))],
      ["params", client("params", "", has("params"))],
      ["headers", client("header", "custom", has("headers"))],
      ["sql", { k: "foreign", from: "@meterr/runtime", name: "sql", origin: "package" }],
    ]),
    spreads: [opaque("context")],
    node: null,
  };
}

function scopeAround(machine: Machine, file: ProjectFile, around: readonly FunctionNode[]): Scope {
  let scope = moduleScope(machine, file.path);
  for (const fn of around) {
    const inner = new Scope(file.path, scope);
    for (const parameter of fn.params) {
      bindPattern(machine, parameter, opaque(parameter.type === "Identifier" ? parameter.name : "options"), inner);
    }
    scope = inner;
  }
  return scope;
}
