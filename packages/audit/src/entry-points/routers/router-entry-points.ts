import { says } from "../../source/says.ts";
import type { Node, ParamPattern } from "oxc-parser";
import { bindPattern } from "../../interpret/bind-pattern.ts";
import { construct } from "../../interpret/class.ts";
import { closureOf } from "../../interpret/closure.ts";
import type { Machine } from "../../interpret/machine.ts";
import { aside, moduleScope } from "../../interpret/module-value.ts";
import { Scope } from "../../interpret/scope.ts";
import type { Project, ProjectFile } from "../../project.ts";
import { nameKind } from "../../knowledge/names.ts";
import { packageOf } from "../../knowledge/call.ts";
import { fromJsonSchema, fromSchema } from "../../knowledge/validation.ts";
import { client, type FunctionNode, opaque, struct, type Value } from "../../values/value.ts";
import type { EntryPoint } from "../entry-point.ts";
import { followHandler, REQUEST, WRITER } from "../follow-handler.ts";
import { followMiddleware, functionOf } from "../follow-middleware.ts";
import { CONTEXT, pathOfFile } from "../next.ts";
import { type Asked, ASKS_STAFF, ASKS_WHOSE, asksRights, VERIFIES_SENDER } from "../neighbours.ts";
import { toldRight } from "../told-rights.ts";
import { calledName } from "../../syntax/called-name.ts";
import { unseenGuardPlugin } from "./guarding-plugins.ts";
import { chainOf, type Mounts, mountsOf } from "./mounts.ts";
import {
  CALLED,
  isRoute,
  mayRoute,
  type Registration,
  registrations,
  ROUTER,
  routerNames,
  usesNextConnect,
} from "./registrations.ts";
import { routerMadeBy } from "./router-makers.ts";
import { declaredBy } from "../../syntax/declared.ts";

/** Express, Fastify, Hono, Koa and their kin: routes with the middleware before them, through the files that mount them. */
export function routerEntryPoints(project: Project, files: readonly ProjectFile[]): EntryPoint[] {
  const all = files
    .flatMap((file) => (mayRoute(file) ? registrations(file) : []))
    .flatMap((one) => {
      const called = one.router.slice(one.file.path.length + 1);
      if (!called.startsWith(CALLED)) return [one];
      const router = routerMadeBy(project, one.file, called.slice(CALLED.length));
      return router === null ? [] : [{ ...one, router }];
    });
  const byRouter = Map.groupBy(all, (one) => one.router);
  const mounts = mountsOf(project, all);
  return all
    .filter((one) => isRoute(one) && !isDeclared(one))
    .map((route) => entryOf(project, route, byRouter, mounts));
}

/** hapi's routes say all of themselves in one object: they are found by it. Fastify's have a `url`. */
function isDeclared({ verb, args }: Registration): boolean {
  const [only] = args;
  return (
    verb === "route" &&
    only?.type === "ObjectExpression" &&
    only.properties.some((one) => one.type === "Property" && one.key.type === "Identifier" && one.key.name === "path")
  );
}

function entryOf(
  project: Project,
  route: Registration,
  byRouter: ReadonlyMap<string, readonly Registration[]>,
  mounts: Mounts,
): EntryPoint {
  const method = methodOf(route);
  const chain = chainOf(route, byRouter, mounts, 0);
  const path = `${usesNextConnect(route.file) ? pathOfFile(route.file.path) : chain.prefix}${route.path ?? ""}` || "/";
  return {
    kind: "route",
    framework: frameworkOf(route.file),
    name: `${method ?? "*"} ${path}`,
    method,
    path,
    file: route.file.path,
    node: route.node,
    neighbours: () => ({
      own: askedBy(route, [...chain.before.flatMap(({ args }) => args), ...beforeHandler(route)]),
      others: (byRouter.get(route.router) ?? []).flatMap((one) =>
        one === route || !isRoute(one) || one.file !== route.file ? [] : [askedByOwn(one)],
      ),
    }),
    gateBeside: () => {
      const passed = new Set([...chain.before.flatMap(({ args }) => args), ...route.args]);
      return (byRouter.get(route.router) ?? []).some(
        (one) => one.file === route.file && gatesOf(one).some((arg) => !passed.has(arg) && isGate(arg, route.file)),
      );
    },
    with: [...new Set(chain.before.map(({ registration: one }) => one.file.path))],
    follow(machine) {
      if (!chain.mounted && !usesNextConnect(route.file))
        machine.learn("unmounted", {
          sure: true,
          place: { file: route.file.path, node: route.node },
          why: "no file of the tree mounts this router",
        });
      const plugin = unseenGuardPlugin(project, route, byRouter.get(route.router) ?? []);
      if (plugin !== null)
        machine.learn("opaque:auth", {
          sure: false,
          place: { file: route.file.path, node: route.node },
          why: `the plugin ${plugin} is not in the tree`,
        });
      machine.pathname = path;
      machine.absent = chain.seen === "all" ? "every" : chain.seen === "own" ? machine.project.putOnRequests() : null;
      const before = chain.before.flatMap(({ registration: one, args }) =>
        args.flatMap((arg) => flatten(valueOf(machine, one, arg))).map((value) => toldOf(machine, one, value)),
      );
      const own = route.args.flatMap((arg) => flatten(valueOf(machine, route, arg)));
      const place = { file: route.file.path, node: route.node };
      const args =
        frameworkOf(route.file) === "hono"
          ? [REQUEST]
          : says(route.file, /\bcreateEdgeRouter\b/)
            ? [REQUEST, CONTEXT]
            : [REQUEST, WRITER];
      for (const options of own) {
        const schema = options.k === "struct" ? options.props.get("schema") : undefined;
        const parts = schema?.k === "struct" ? [...schema.props.keys()] : schema === undefined ? [] : ["body"];
        for (const part of parts) {
          const key = part === "body" ? "body" : part === "params" ? "params" : part === "querystring" ? "query" : null;
          if (key === null) continue;
          machine.learn(`valid:client:${key}.`, { sure: true, place, why: "the route declares its shape" });
          const declared = schema?.k === "struct" ? schema.props.get(part) : undefined;
          // What zod passes on holds nothing but what was declared.
          if (declared?.k === "chain" && packageOf(declared.root) === "zod")
            machine.attach(part === "querystring" ? "query" : part, fromSchema(declared, client(key, "", true), 0));
          const listed =
            part === "body" && declared !== undefined ? fromJsonSchema(declared, client("body", "", true)) : null;
          if (listed !== null) machine.attach("body", listed);
        }
      }
      const handlers = own.flatMap(fromOptions);
      const last = handlers.at(-1);
      if (last === undefined) return;
      if (before.length === 0 && handlers.length === 1)
        followHandler(
          machine,
          last,
          [...args, { k: "continuation", run: () => ({ k: "literal", value: undefined }) }],
          place,
        );
      else
        followHandler(
          machine,
          { k: "continuation", run: () => followMiddleware(machine, [...before, ...handlers], args, place) },
          [],
          place,
        );
    },
  };
}

function methodOf({ verb }: Registration): string | null {
  return verb === "all" || verb === "route"
    ? null
    : verb.toUpperCase().replace("DEL", "DELETE").replace("DELETEETE", "DELETE");
}

const asked = new WeakMap<Registration, Asked>();

/** What a route itself asks: read once, since each of its neighbours wants to know. */
function askedByOwn(one: Registration): Asked {
  const known = asked.get(one) ?? askedBy(one, beforeHandler(one));
  asked.set(one, known);
  return known;
}

/** `router.patch("/:id", canEdit, members.updateRole)`: what is last does what is asked for, whatever it is called. */
function beforeHandler({ args }: Registration): readonly Node[] {
  const last = args.at(-1);
  return last?.type === "ObjectExpression" ? args : args.slice(0, -1);
}

function askedBy(route: Registration, args: readonly Node[]): Asked {
  const names = args.flatMap(middlewareNames);
  const told: string[] = [];
  const toldElse: string[] = [];
  for (const call of args.flatMap(calledIn)) {
    const right = toldRight(call, route.file.text);
    if (right !== null) told.push(`${calledName(call)}(${right})`);
    else if (call.type === "CallExpression" && call.arguments.some(({ type }) => NAMED.test(type)))
      toldElse.push(calledName(call));
  }
  return {
    method: methodOf(route),
    path: route.path,
    gated: args.some((arg) => isGate(arg, route.file)),
    guards: [...names.filter(asksRights), ...told],
    toldElse,
    staff: names.filter((name) => ASKS_STAFF.test(name)),
    signatures: names.filter((name) => VERIFIES_SENDER.test(name)),
    asksWhose: names.some((name) => ASKS_WHOSE.test(name)),
  };
}

/** What stands for a value from somewhere else. */
const NAMED = /^(?:Identifier|MemberExpression|SpreadElement)$/;

/** What stands before others: all that is mounted, and all but the last of a route's own. */
function gatesOf(one: Registration): readonly Node[] {
  if (isRoute(one)) return one.verb === "all" ? one.args : beforeHandler(one);
  return /^(?:use|addHook)$/.test(one.verb) ? one.args : [];
}

/** Middleware that by its name turns strangers away: `signedIn`, `requireStaff`, `auth.required`. */
function isGate(node: Node, file: ProjectFile): boolean {
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

/** What `router.param` runs is handed the part of the path besides. */
function toldOf(machine: Machine, { verb, path }: Registration, value: Value): Value {
  const fn = verb === "param" && path !== null ? functionOf(value) : null;
  if (fn === null || path === null) return value;
  return { k: "continuation", run: (given, place) => machine.invoke(fn, [...given, client("params", path)], place) };
}

function flatten(value: Value): Value[] {
  return value.k === "list" ? value.items.flatMap(flatten) : [value];
}

/** Fastify: `{ preHandler, schema, handler }`; Hono's OpenAPI routes: `{ middleware }`. */
export function fromOptions(value: Value): Value[] {
  if (value.k !== "struct") return [value];
  const found: Value[] = [];
  for (const name of ["onRequest", "preValidation", "preHandler", "middleware", "beforeHandle"]) {
    const one = value.props.get(name);
    if (one !== undefined) found.push(...flatten(one));
  }
  const handler = value.props.get("handler");
  if (handler !== undefined) found.push(handler);
  return found;
}

/** An argument of a registration, in the scope of the functions around it. */
function valueOf(machine: Machine, one: Registration, node: Node): Value {
  return aside(machine, () => machine.evaluate(node, scopeAround(machine, one)));
}

function scopeAround(machine: Machine, one: Registration): Scope {
  let scope = moduleScope(machine, one.file.path);
  for (const fn of one.around) {
    const inner = new Scope(one.file.path, scope, instanceAround(machine, one, fn) ?? scope.self);
    for (const parameter of fn.params) {
      const name = parameter.type === "Identifier" ? parameter.name : "";
      const isRouter = name === "" || ROUTER.test(name) || routerNames(one.file).has(name);
      bindPattern(machine, parameter, handed(parameter) ?? (isRouter ? REQUEST : opaque(name)), inner);
    }
    if (fn.body?.type === "BlockStatement") {
      for (const statement of fn.body.body) {
        if (statement.type === "FunctionDeclaration" && statement.id !== null)
          inner.declare(statement.id.name, closureOf(statement, inner, statement.id.name));
      }
      for (const statement of fn.body.body) {
        if (statement.start >= one.node.start) break;
        if (statement.type !== "VariableDeclaration") continue;
        for (const { id, init } of statement.declarations) {
          if (init !== null && init.end < one.node.start)
            bindPattern(machine, id, machine.evaluate(init, inner), inner);
        }
      }
    }
    scope = inner;
  }
  return scope;
}

/** `function routes({ app, db, enrolToken })`: what is handed over is the application's own, a router by its name apart. */
function handed(parameter: ParamPattern): Value | null {
  const pattern = parameter.type === "AssignmentPattern" ? parameter.left : parameter;
  if (pattern.type !== "ObjectPattern") return null;
  const names = pattern.properties.flatMap((one) =>
    one.type === "Property" && one.key.type === "Identifier" ? [one.key.name] : [],
  );
  return struct(Object.fromEntries(names.map((name) => [name, ROUTER.test(name) ? REQUEST : opaque(name)])));
}

/** What `this` is where routes are registered in a constructor or method. */
function instanceAround(machine: Machine, { file }: Registration, fn: FunctionNode): Value | null {
  for (const statement of file.syntax.program.body) {
    const declared = declaredBy(statement);
    if (declared?.type === "ClassDeclaration" && declared.start <= fn.start && fn.end <= declared.end)
      return construct(
        machine,
        { k: "class", node: declared, scope: moduleScope(machine, file.path), file: file.path },
        [],
      );
  }
  return null;
}

function frameworkOf(file: ProjectFile): string {
  if (usesNextConnect(file)) return "next";
  return says(file, /from\s+["'](?:hono|@hono\/)/) ||
    says(file, /new (?:Hono|OpenAPIHono)\b|: Hono\b|Context\b.{0,200}hono/)
    ? "hono"
    : says(file, /fastify/i)
      ? "fastify"
      : says(file, /koa/i)
        ? "koa"
        : "express";
}
