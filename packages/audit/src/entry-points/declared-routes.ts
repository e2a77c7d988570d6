import type { Node } from "oxc-parser";
import { bindPattern } from "../interpret/bind-pattern.ts";
import type { Machine } from "../interpret/machine.ts";
import { aside, moduleScope } from "../interpret/module-value.ts";
import { Scope } from "../interpret/scope.ts";
import type { ProjectFile } from "../project.ts";
import { children } from "../syntax/walk.ts";
import { isFunction } from "../syntax/is-function.ts";
import { client, type FunctionNode, opaque, type Value } from "../values/value.ts";
import type { EntryPoint } from "./entry-point.ts";
import { followHandler, REQUEST, WRITER } from "./follow-handler.ts";
import { keyName, type ObjectNode, propertyOf, textOf } from "../syntax/object-fields.ts";

/** What a declaration says of who may come: nobody is asked, somebody is, more than that is, or it says nothing. */
/** `none`: nothing could be said, and nobody asks before. */
export type DeclaredGate = "open" | "known" | "rights" | "unsaid" | "none";

interface Declared {
  readonly handler: Node;
  readonly node: Node;
  readonly name: string;
  readonly method: string | null;
  readonly path: string | null;
  readonly gate: DeclaredGate;
  readonly around: readonly FunctionNode[];
  readonly style: "hapi" | "meteor";
  /** What the route says its input looks like: its parts were looked at before the handler runs. */
  readonly shapes: readonly ("params" | "query" | "body")[];
}

const HAPI = /@hapi\/|["']hapi["']|\bHapi\b|\bserver\.route\(/;
const METEOR = /\bauthRequired\b|\bMeteor\.(?:methods|publish)\(/;

/** Routes that are told what they are by an object: hapi's, and those of Meteor's servers. */
export function declaredRouteEntryPoints(file: ProjectFile): EntryPoint[] {
  const { text } = file;
  const hapi = /\bhandler\b/.test(text) && /\bpath\s*:/.test(text) && HAPI.test(text);
  const meteor = METEOR.test(text);
  if (!hapi && !meteor) return [];
  const found: Declared[] = [];
  const visit = (node: Node, around: readonly FunctionNode[]): void => {
    if (hapi && node.type === "ObjectExpression") addHapi(node, around, found);
    if (meteor && node.type === "CallExpression") addMeteor(node, around, found);
    const inner = isFunction(node) ? [...around, node] : around;
    for (const one of children(node)) visit(one, inner);
  };
  visit(file.syntax.program, []);
  const guarded = found.some(({ gate }) => gate === "known" || gate === "rights");
  return found.map((one) => entryOf(file, one, guarded));
}

function entryOf(file: ProjectFile, one: Declared, guarded: boolean): EntryPoint {
  return {
    kind: "route",
    framework: one.style,
    name: one.name,
    method: one.method,
    path: one.path,
    file: file.path,
    node: one.node,
    declaredOpen: one.gate === "open",
    gateBeside: () => one.gate === "open" && guarded,
    follow(machine) {
      const place = { file: file.path, node: one.node };
      const sure = false;
      if (one.gate === "known" || one.gate === "rights")
        machine.learn("auth", { sure, place, why: "the route is declared to be for those who are known" });
      if (one.gate === "rights")
        machine.learn("role", { sure, place, why: "the route is declared to ask for a right" });
      if (one.gate === "unsaid")
        machine.learn("opaque:auth", {
          sure,
          place,
          why: "what is asked of callers where nothing is said is not seen",
        });
      for (const part of one.shapes) {
        machine.learn(`valid:client:${part}.`, { sure: true, place, why: "the route declares its shape" });
        machine.attach(part, client(part, "", true));
      }
      const value = aside(machine, () => machine.evaluate(one.handler, scopeOf(machine, file, one)));
      const handler: Value = one.style === "meteor" && value.k === "closure" ? { ...value, self: REQUEST } : value;
      followHandler(machine, handler, one.style === "hapi" ? [REQUEST, WRITER] : toldIn(one), place);
    },
  };
}

/** A method of Meteor's is handed what the client sent, one after the other; a route of its kin the request. */
function toldIn({ handler, gate }: Declared): readonly Value[] {
  if (gate !== "none" || !isFunction(handler)) return [REQUEST];
  return handler.params.map((one) => client("arguments", one.type === "Identifier" ? one.name : "", true));
}

function scopeOf(machine: Machine, file: ProjectFile, { around, node }: Declared): Scope {
  let scope = moduleScope(machine, file.path);
  for (const fn of around) {
    const inner = new Scope(file.path, scope);
    for (const parameter of fn.params)
      bindPattern(machine, parameter, opaque(parameter.type === "Identifier" ? parameter.name : ""), inner);
    if (fn.body?.type === "BlockStatement")
      for (const statement of fn.body.body) {
        if (statement.start >= node.start) break;
        if (statement.type !== "VariableDeclaration") continue;
        for (const { id, init } of statement.declarations)
          if (init !== null && init.end < node.start) bindPattern(machine, id, machine.evaluate(init, inner), inner);
      }
    scope = inner;
  }
  return scope;
}

/** `{ method: "GET", path: "/x", options: { auth, validate }, handler }`, wherever it stands. */
function addHapi(node: ObjectNode, around: readonly FunctionNode[], found: Declared[]): void {
  const [method, path] = [textAt(node, "method"), textAt(node, "path")];
  if (method === null || path === null || !path.startsWith("/")) return;
  const options = propertyOf(node, "options") ?? propertyOf(node, "config");
  const handler =
    propertyOf(node, "handler") ?? (options?.type === "ObjectExpression" ? propertyOf(options, "handler") : undefined);
  if (handler === undefined) return;
  const said = options?.type === "ObjectExpression" ? options : null;
  const validate = said === null ? undefined : propertyOf(said, "validate");
  found.push({
    handler,
    node,
    name: `${method.toUpperCase()} ${path}`,
    method: method === "*" ? null : method.toUpperCase(),
    path,
    gate: said === null ? "unsaid" : gateOf(propertyOf(said, "auth")),
    around,
    style: "hapi",
    shapes:
      validate?.type !== "ObjectExpression"
        ? []
        : (["params", "query", "body"] as const).filter(
            (part) => propertyOf(validate, part === "body" ? "payload" : part) !== undefined,
          ),
  });
}

/** `auth: false`, `auth: "session"`, `auth: { mode: "try" }`, `auth: { scope: ["admin"] }`. */
function gateOf(auth: Node | undefined): DeclaredGate {
  if (auth === undefined) return "unsaid";
  if (auth.type === "Literal") return auth.value === false ? "open" : "known";
  if (auth.type !== "ObjectExpression") return "known";
  if (/^(?:try|optional)$/.test(textAt(auth, "mode") ?? "")) return "unsaid";
  return propertyOf(auth, "scope") !== undefined || propertyOf(auth, "access") !== undefined ? "rights" : "known";
}

/** `API.v1.addRoute("rooms.info", { authRequired: true }, { get() {} })`, `API.v1.get("rooms.info", {…}, function () {})`. */
function addMeteor(
  node: Extract<Node, { type: "CallExpression" }>,
  around: readonly FunctionNode[],
  found: Declared[],
): void {
  if (node.callee.type !== "MemberExpression" || node.callee.property.type !== "Identifier") return;
  const verb = node.callee.property.name;
  const [named, options] = node.arguments;
  const shapes: Declared["shapes"] =
    options?.type === "ObjectExpression" && propertyOf(options, "validateParams") !== undefined
      ? ["query", "body"]
      : [];
  const add = (at: Node, handler: Node, name: string, method: string | null, gate: DeclaredGate): void => {
    found.push({ handler, node: at, name, method, path: null, gate, around, style: "meteor", shapes });
  };
  if (node.callee.object.type === "Identifier" && node.callee.object.name === "Meteor") {
    if (verb === "methods" && named?.type === "ObjectExpression")
      for (const one of named.properties)
        if (one.type === "Property" && isFunction(one.value)) add(one, one.value, keyName(one.key), "POST", "none");
    return;
  }
  if (options?.type !== "ObjectExpression" || !/^(?:addRoute|get|post|put|patch|delete)$/.test(verb)) return;
  const required = propertyOf(options, "authRequired");
  if (required === undefined && !/^addRoute$/.test(verb)) return;
  const gate: DeclaredGate =
    required?.type === "Literal" && required.value === true
      ? propertyOf(options, "permissionsRequired") === undefined
        ? "known"
        : "rights"
      : required === undefined || required.type === "Literal"
        ? "open"
        : "unsaid";
  const path = named?.type === "Literal" && typeof named.value === "string" ? named.value : "";
  const handler = node.arguments.at(-1);
  if (handler === undefined || handler === options) return;
  if (verb !== "addRoute") {
    if (isFunction(handler)) add(node, handler, `${verb.toUpperCase()} ${path}`, verb.toUpperCase(), gate);
    return;
  }
  if (handler.type !== "ObjectExpression") return;
  for (const one of handler.properties) {
    if (one.type !== "Property") continue;
    const method = keyName(one.key);
    const fn = one.value.type === "ObjectExpression" ? propertyOf(one.value, "action") : one.value;
    if (fn !== undefined && isFunction(fn) && /^(?:get|post|put|patch|delete)$/.test(method))
      add(one, fn, `${method.toUpperCase()} ${path}`, method.toUpperCase(), gate);
  }
}

function textAt(object: ObjectNode, name: string): string | null {
  const value = propertyOf(object, name);
  return textOf(value?.type === "ArrayExpression" ? value.elements[0] : value);
}
