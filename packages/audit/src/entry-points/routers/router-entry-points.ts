import { says } from "../../source/says.ts";
import type { Node } from "oxc-parser";
import type { Machine } from "../../interpret/machine.ts";
import { aside } from "../../interpret/module-value.ts";
import type { Project, ProjectFile } from "../../project.ts";
import { packageOf } from "../../knowledge/call.ts";
import { fromJsonSchema, fromSchema } from "../../knowledge/validation.ts";
import { client, type Value } from "../../values/value.ts";
import type { EntryPoint } from "../entry-point.ts";
import { followHandler, REQUEST, WRITER } from "../follow-handler.ts";
import { followMiddleware, functionOf } from "../follow-middleware.ts";
import { CONTEXT, pathOfFile } from "../next.ts";
import { askedBy, type Declared, isGate } from "../asked-by.ts";
import type { Asked } from "../neighbours.ts";
import { scopeAround } from "./scope-around.ts";
import { unseenGuardPlugin } from "./guarding-plugins.ts";
import { chainOf, type Mounts, mountsOf } from "./mounts.ts";
import { CALLED, isRoute, mayRoute, type Registration, registrations, usesNextConnect } from "./registrations.ts";
import { routerMadeBy } from "./router-makers.ts";

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
      own: askedBy(saidBy(route), [...chain.before.flatMap(({ args }) => args), ...beforeHandler(route)]),
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
  const known = asked.get(one) ?? askedBy(saidBy(one), beforeHandler(one));
  asked.set(one, known);
  return known;
}

function saidBy(one: Registration): Declared {
  return { method: methodOf(one), path: one.path, file: one.file };
}

/** `router.patch("/:id", canEdit, members.updateRole)`: what is last does what is asked for, whatever it is called. */
function beforeHandler({ args }: Registration): readonly Node[] {
  const last = args.at(-1);
  return last?.type === "ObjectExpression" ? args : args.slice(0, -1);
}

/** What stands before others: all that is mounted, and all but the last of a route's own. */
function gatesOf(one: Registration): readonly Node[] {
  if (isRoute(one)) return one.verb === "all" ? one.args : beforeHandler(one);
  return /^(?:use|addHook)$/.test(one.verb) ? one.args : [];
}

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
