import type { Node } from "oxc-parser";
import { closureOf } from "../interpret/closure.ts";
import { bindPattern } from "../interpret/bind-pattern.ts";
import type { Machine } from "../interpret/machine.ts";
import { aside, moduleScope } from "../interpret/module-value.ts";
import { Scope } from "../interpret/scope.ts";
import { membersOfType } from "../link/type-members.ts";
import type { ProjectFile } from "../project.ts";
import { isFunction } from "../syntax/is-function.ts";
import { children } from "../syntax/walk.ts";
import { client, opaque, struct, UNDEFINED, type FunctionNode, type Place, type Value } from "../values/value.ts";
import type { EntryPoint } from "./entry-point.ts";
import { followHandler } from "./follow-handler.ts";

/**
 * KEY modules: `routeKey({ auth, tenant, authorize, input, handler })`, and `uiKey` with its `load`. Their gates run before
 * the handler.
 */
export function keyEntryPoints(file: ProjectFile): EntryPoint[] {
  if (!/\b(?:routeKey|uiKey)\(/.test(file.text) && !WORKS.test(file.text)) return [];
  const found: EntryPoint[] = [];
  const visit = (node: Node, around: readonly FunctionNode[]): void => {
    if (isFunction(node) && takesWork(node)) found.push(workEntry(file, node, around));
    if (node.type === "CallExpression" && node.callee.type === "Identifier") {
      const [options] = node.arguments;
      if (options?.type === "ObjectExpression" && node.callee.name === "routeKey")
        found.push(routeEntry(file, node, options, around));
      if (options?.type === "ObjectExpression" && node.callee.name === "uiKey")
        found.push(uiEntry(file, node, options, around));
    }
    const inner = isFunction(node) ? [...around, node] : around;
    for (const child of children(node)) visit(child, inner);
  };
  visit(file.syntax.program, []);
  return found;
}

/** `async (delivery, { sql, tenant }) => …`: what a module runs for a delivery, in the tenant's transaction. */
const WORKS = /\w\s*,\s*\{[^{}]*\b(?:sql\b[^{}]*\btenant|tenant\b[^{}]*\bsql)\b[^{}]*\}\s*\)\s*=>/;

function takesWork(node: FunctionNode): boolean {
  const [delivery, context, ...more] = node.params;
  if (delivery?.type !== "Identifier" || context?.type !== "ObjectPattern" || more.length > 0) return false;
  const takes = (name: string): boolean =>
    context.properties.some((one) => one.type === "Property" && one.key.type === "Identifier" && one.key.name === name);
  return takes("sql") && takes("tenant");
}

function workEntry(file: ProjectFile, node: FunctionNode, around: readonly FunctionNode[]): EntryPoint {
  return {
    kind: "handler",
    framework: "key",
    name: "a delivery's work",
    method: null,
    path: null,
    file: file.path,
    node,
    follow(machine) {
      const place = { file: file.path, node };
      const scope = aside(machine, () => scopeAround(machine, file, around));
      machine.learn("auth", { sure: true, place, why: "the runtime verifies who delivers" });
      machine.learn("rls", { sure: true, place, why: "the work's transaction is confined to the tenant" });
      const delivery = struct({ body: client("body", "") });
      followHandler(machine, closureOf(node, scope, ""), [delivery, contextOf(null, place, "input")], place);
    },
  };
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

function routeEntry(file: ProjectFile, node: Node, options: ObjectNode, around: readonly FunctionNode[]): EntryPoint {
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
      follow(machine, { file, node, options, around }, "handler", (input, place) => contextOf(input, place, "input"));
    },
  };
}

function uiEntry(file: ProjectFile, node: Node, options: ObjectNode, around: readonly FunctionNode[]): EntryPoint {
  return {
    kind: "page",
    framework: "key",
    name: text(property(options, "name")) ?? "a KEY component",
    method: null,
    path: null,
    file: file.path,
    node,
    follow(machine) {
      follow(machine, { file, node, options, around }, "load", (props, place) => contextOf(props, place, "props"));
    },
  };
}

interface Made {
  readonly file: ProjectFile;
  readonly node: Node;
  readonly options: ObjectNode;
  /** The functions the key is made in. */
  readonly around: readonly FunctionNode[];
}

function follow(
  machine: Machine,
  made: Made,
  work: "handler" | "load",
  contextFor: (input: Value | null, place: Place) => Value,
): void {
  const { file, node, options, around } = made;
  const place = { file: file.path, node };
  const scope = aside(machine, () => scopeAround(machine, file, around));
  const valueOf = (name: string): Value | null => {
    const held = property(options, name);
    return held === null ? null : aside(machine, () => machine.evaluate(held, scope));
  };
  const spread = spreadMembers(machine, made);
  const gateOf = (name: string): string => {
    const held = property(options, name);
    return held === null ? (spread?.get(name) ?? "") : calledName(held);
  };
  const authorized = property(options, "authorize") !== null || spread === null || spread.has("authorize");
  gates(machine, { auth: gateOf("auth"), tenant: gateOf("tenant"), authorized }, place);
  const handler = valueOf(work);
  if (handler !== null)
    followHandler(machine, handler, [contextFor(valueOf(work === "load" ? "props" : "input"), place)], place);
}

/** What `...parts` brings, by the types of the parameters that are spread; null when one of them is not seen. */
function spreadMembers(machine: Machine, { file, options, around }: Made): ReadonlyMap<string, string> | null {
  const all = new Map<string, string>();
  for (const one of options.properties) {
    if (one.type !== "SpreadElement") continue;
    const { argument } = one;
    const parameter = around
      .flatMap(({ params }): readonly Node[] => params)
      .find((param) => param.type === "Identifier" && argument.type === "Identifier" && param.name === argument.name);
    const type = parameter?.type === "Identifier" ? (parameter.typeAnnotation ?? null) : null;
    const members = membersOfType(machine.project, file, type);
    if (members === null) return null;
    for (const [name, of] of members) all.set(name, of);
  }
  return all;
}

interface Gates {
  readonly auth: string;
  readonly tenant: string;
  readonly authorized: boolean;
}

const PUBLIC = /^publicAccess$/i;

/** What the runtime has shown before the handler runs. A route that says `publicAccess` has shown nothing. */
function gates(machine: Machine, { auth, tenant, authorized }: Gates, place: Place): void {
  if (PUBLIC.test(auth)) return;
  machine.learn("auth", { sure: true, place, why: "the runtime verifies the credential before the handler" });
  if (/webhook|scanning/i.test(auth))
    machine.learn("signature", { sure: true, place, why: "the runtime verifies the signature" });
  if (authorized) machine.learn("role", { sure: true, place, why: "the runtime asks the route's permission" });
  else
    machine.record({
      kind: "call",
      name: "key-without-permission",
      path: "",
      origin: "package",
      args: [],
      awaited: true,
      result: UNDEFINED,
      place,
    });
  if (!/^globalScope$/i.test(tenant))
    machine.learn("rls", { sure: true, place, why: "the handler's transaction is confined to the tenant" });
}

function calledName(node: Node | null): string {
  if (node?.type === "CallExpression" && node.callee.type === "Identifier") return node.callee.name;
  return node?.type === "Identifier" ? node.name : "";
}

/** The handler's context: body, query, params, headers and props have passed their schemas, or are not there. */
function contextOf(input: Value | null, place: Place, schemas: "input" | "props"): Value {
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
      ["props", client("query", "props", schemas === "props" && input !== null)],
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
