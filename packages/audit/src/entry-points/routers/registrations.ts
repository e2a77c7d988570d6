import { says } from "../../source/says.ts";
import type { Node } from "oxc-parser";
import type { ProjectFile } from "../../project.ts";
import { propertyOf, textOf } from "../../syntax/object-fields.ts";
import { isFunction } from "../../syntax/is-function.ts";
import { children, walk } from "../../syntax/walk.ts";
import type { FunctionNode } from "../../values/value.ts";
import { declaredRoute } from "./openapi-routes.ts";
import { isHandledAt, pathOf } from "./path-of.ts";

type CallNode = Extract<Node, { type: "CallExpression" }>;

/** One call on a router, in the order of the file. */
export interface Registration {
  /** `file:name` of the router; chained calls share it. */
  readonly router: string;
  readonly verb: string;
  readonly path: string | null;
  readonly args: readonly Node[];
  readonly node: CallNode;
  readonly file: ProjectFile;
  /** The functions around it, outermost first: a plugin, `registerRoutes(app)`. */
  readonly around: readonly FunctionNode[];
}

export const VERBS = /^(?:get|post|put|patch|delete|del|all|options|head)$/;
export const ROUTER =
  /(?:router|routes|app|server|api|fastify|hono|instance|express|koa|web|blueprint|endpoint|controller|group|v1|v2)s?$/i;

export function mayRoute(file: ProjectFile): boolean {
  return (
    /\.(?:get|post|put|patch|delete|all|route|on|use|register|openapi)\s*[<(]/.test(file.text) &&
    /express|fastify|hono|koa|Router|polka|restify|elysia|itty|oak|router|app\.|server\.|next-connect/i.test(file.text)
  );
}

/** Names that hold a router by what they are made from, whatever they are called. */
const made = new WeakMap<ProjectFile, ReadonlySet<string>>();
let current: ReadonlySet<string> = new Set();
/** `const typed = app.withTypeProvider()`: the same application under another name. */
const aliases = new WeakMap<ProjectFile, ReadonlyMap<string, string>>();
let currentAliases: ReadonlyMap<string, string> = new Map();

export function routerNames(file: ProjectFile): ReadonlySet<string> {
  const known = made.get(file);
  if (known !== undefined) return known;
  nameMadeRouters(file);
  const found = new Set<string>();
  const others = new Map<string, string>();
  for (const node of walk(file.syntax.program)) {
    if (
      node.type === "VariableDeclarator" &&
      node.id.type === "Identifier" &&
      node.init !== null &&
      makesRouter(node.init)
    )
      found.add(node.id.name);
    if (node.type === "VariableDeclarator" && node.id.type === "Identifier" && node.init !== null) {
      const same = sameRouter(node.init);
      if (same !== null) others.set(node.id.name, same);
    }
    if (isFunction(node)) {
      for (const parameter of node.params) {
        if (parameter.type !== "Identifier") continue;
        const type = parameter.typeAnnotation?.typeAnnotation;
        if (
          type?.type === "TSTypeReference" &&
          type.typeName.type === "Identifier" &&
          /^(?:FastifyInstance|Express|Application|Router|Hono|OpenAPIHono|Elysia|IRouter)$/.test(type.typeName.name)
        )
          found.add(parameter.name);
      }
    }
  }
  made.set(file, found);
  aliases.set(file, others);
  return found;
}

function sameRouter(node: Node): string | null {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return null;
  const { object, property } = node.callee;
  return object.type === "Identifier" && property.type === "Identifier" && property.name === "withTypeProvider"
    ? object.name
    : null;
}

function makesRouter(node: Node): boolean {
  switch (node.type) {
    case "NewExpression":
      return (
        node.callee.type === "Identifier" && /^(?:Hono|OpenAPIHono|Router|KoaRouter|Elysia|Koa)$/.test(node.callee.name)
      );
    case "CallExpression":
      if (node.callee.type === "Identifier")
        return /^(?:Router|express|fastify|Fastify|createRouter|createEdgeRouter|nc|nextConnect|polka|AutoRouter|IttyRouter|createHonoApp|createApp)$/.test(
          node.callee.name,
        );
      if (node.callee.type !== "MemberExpression" || node.callee.property.type !== "Identifier") return false;
      return node.callee.property.name === "Router" || makesRouter(node.callee.object);
    case "AwaitExpression":
      return makesRouter(node.argument);
    case "TSAsExpression":
    case "ParenthesizedExpression":
      return makesRouter(node.expression);
    // `const notes = module.exports = Router()`
    case "AssignmentExpression":
      return makesRouter(node.right);
    default:
      return false;
  }
}

export function registrations(file: ProjectFile): Registration[] {
  const found: Registration[] = [];
  current = routerNames(file);
  currentAliases = aliases.get(file) ?? new Map();
  const visit = (node: Node, around: readonly FunctionNode[]): void => {
    const inner = isFunction(node) ? [...around, node] : around;
    if (
      node.type === "CallExpression" &&
      node.callee.type === "MemberExpression" &&
      node.callee.property.type === "Identifier" &&
      !node.callee.computed
    ) {
      const made = registration(file, node, node.callee.property.name, inner);
      if (made !== null) {
        // A chain is read from the outside in: the inner calls come first.
        const inside = children(node);
        for (let at = 0; at < inside.length; at += 1) visit(inside[at] as Node, inner);
        found.push(made);
        return;
      }
    }
    const inside = children(node);
    for (let at = 0; at < inside.length; at += 1) visit(inside[at] as Node, inner);
  };
  visit(file.syntax.program, []);
  return found;
}

function registration(
  file: ProjectFile,
  node: CallNode,
  verb: string,
  around: readonly FunctionNode[],
): Registration | null {
  if (node.callee.type !== "MemberExpression") return null;
  if (!VERBS.test(verb) && !/^(?:use|route|register|addHook|on|onBeforeHandle|guard|openapi|mount|param)$/.test(verb))
    return null;
  const root = routerOf(node.callee.object);
  if (root === null) return null;
  const [first, ...rest] = node.arguments;
  if (first === undefined) return null;
  // Hono with OpenAPI: the route is declared, and stands before its handler.
  if (verb === "openapi") {
    if (rest.length === 0) return null;
    const { verb: method, path, middleware } = declaredRoute(file, first);
    const args = [...middleware, ...rest.slice(0, 1)];
    return { router: `${file.path}:${root}`, verb: method, path, args, node, file, around };
  }
  // Fastify's `server.route({ method: "GET", url: "/pages/:id", … })` says all of itself.
  if (verb === "route" && rest.length === 0 && first.type === "ObjectExpression") {
    const url = propertyOf(first, "url");
    if (url !== undefined) {
      const method = textOf(propertyOf(first, "method"))?.toLowerCase() ?? "";
      return {
        router: `${file.path}:${root}`,
        verb: VERBS.test(method) && method !== "all" ? method : verb,
        path: pathOf(file, url),
        args: node.arguments,
        node,
        file,
        around,
      };
    }
  }
  const text = pathOf(file, first);
  const unseen = (text === null || text.startsWith(":x")) && isHandledAt(first, rest);
  if (VERBS.test(verb)) {
    // `map.get("x")`, `axios.get("/x", {…})`: a route has a path and a function.
    const viaRoute = node.callee.object.type === "CallExpression" && isRouteCall(node.callee.object);
    if (text === null && usesNextConnect(file) && node.arguments.every(mayHandle))
      return { router: `${file.path}:${root}`, verb, path: null, args: node.arguments, node, file, around };
    if (
      text === null &&
      !viaRoute &&
      !unseen &&
      first.type !== "ArrayExpression" &&
      first.type !== "TemplateLiteral" &&
      !(first.type === "Literal")
    )
      return null;
    if (text !== null && !text.startsWith("/") && text !== "*" && text !== "" && !unseen && !isOfProcedures(text, file))
      return null;
    const handlers = text === null && viaRoute ? node.arguments : rest;
    const last = handlers.at(-1);
    if (last === undefined || !mayHandle(last)) return null;
    const path = viaRoute ? routePath(file, node.callee.object) : text;
    return { router: `${file.path}:${root}`, verb, path, args: handlers, node, file, around };
  }
  if (verb === "on" && text !== null) return null;
  return {
    router: `${file.path}:${root}`,
    verb,
    path: text,
    args: text === null ? node.arguments : rest,
    node,
    file,
    around,
  };
}

/** `router.post("revisions.diff", …)`: Koa's router needs no slash at the beginning. */
function isOfProcedures(text: string, file: ProjectFile): boolean {
  return /^[:\w][\w.:/-]*$/.test(text) && says(file, /["'](?:@koa\/router|koa-router|koa-joi-router|koa)["']/);
}

/** Next.js has the path in the file's name: such a router's routes are given handlers alone. */
export function usesNextConnect(file: ProjectFile): boolean {
  return says(file, /["']next-connect["']/);
}

function mayHandle(node: Node): boolean {
  return [
    "ArrowFunctionExpression",
    "FunctionExpression",
    "Identifier",
    "MemberExpression",
    "CallExpression",
    "ArrayExpression",
    "AwaitExpression",
    "TSAsExpression",
    "TSNonNullExpression",
    "ObjectExpression",
  ].includes(node.type);
}

function isRouteCall(node: Node): boolean {
  if (
    node.type !== "CallExpression" ||
    node.callee.type !== "MemberExpression" ||
    node.callee.property.type !== "Identifier"
  )
    return false;
  return (
    node.callee.property.name === "route" || (VERBS.test(node.callee.property.name) && isRouteCall(node.callee.object))
  );
}

function routePath(file: ProjectFile, node: Node): string | null {
  if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression") return null;
  const [first] = node.arguments;
  if (node.callee.property.type === "Identifier" && node.callee.property.name === "route")
    return first === undefined ? null : pathOf(file, first);
  return routePath(file, node.callee.object);
}

/** The name, within its file, of the router that an expression stands for. */
export function routerNamedBy(file: ProjectFile, node: Node): string | null {
  current = routerNames(file);
  currentAliases = aliases.get(file) ?? new Map();
  return routerOf(node);
}

/** The name of the router a chain of calls is made on; null when it is none. */
function routerOf(node: Node): string | null {
  switch (node.type) {
    case "Identifier":
      if (currentAliases.has(node.name)) return currentAliases.get(node.name) ?? null;
      return current.has(node.name) || ROUTER.test(node.name) ? node.name : null;
    case "MemberExpression":
      if (node.object.type === "ThisExpression" && node.property.type === "Identifier")
        return ROUTER.test(node.property.name) ? `this.${node.property.name}` : null;
      return null;
    case "CallExpression":
      if (node.callee.type === "MemberExpression") {
        if (
          node.callee.object.type === "Identifier" &&
          node.callee.object.name === "express" &&
          node.callee.property.type === "Identifier" &&
          node.callee.property.name === "Router"
        )
          return assignedName(node, "router");
        return routerOf(node.callee.object);
      }
      if (node.callee.type !== "Identifier") return null;
      if (MAKERS.test(node.callee.name)) return assignedName(node);
      // `ticketRouter(db).use(…)`: whichever router that function makes.
      return /router|routes|app$|api$/i.test(node.callee.name) ? `${CALLED}${node.callee.name}` : null;
    case "NewExpression":
      return node.callee.type === "Identifier" &&
        /^(?:Hono|OpenAPIHono|Router|KoaRouter|Elysia|Koa)$/.test(node.callee.name)
        ? assignedName(node)
        : null;
    case "AwaitExpression":
      return routerOf(node.argument);
    default:
      return null;
  }
}

/** Before the name of a function that makes a router. */
export const CALLED = "call@";

const names = new WeakMap<Node, string>();
/** `const app = new Hono().use(…).get(…)`: the chain belongs to the name it is given. */
function assignedName(node: Node, unnamed = `made@${node.start}`): string {
  return names.get(node) ?? unnamed;
}
const MAKERS = /^(?:Router|express|fastify|createRouter|createEdgeRouter|nc|nextConnect|Fastify)$/;

function nameMadeRouters(file: ProjectFile): void {
  if (!mayRoute(file)) return;
  for (const node of walk(file.syntax.program)) {
    if (node.type === "ExportDefaultDeclaration") nameRoot(node.declaration, "default");
    else if (node.type === "VariableDeclarator" && node.id.type === "Identifier" && node.init !== null)
      nameRoot(node.init, node.id.name);
  }
}

function nameRoot(node: Node, name: string): void {
  if (node.type === "AssignmentExpression") return nameRoot(node.right, name);
  if (node.type === "ParenthesizedExpression") return nameRoot(node.expression, name);
  if (node.type === "NewExpression") names.set(node, name);
  else if (node.type !== "CallExpression") return;
  else if (node.callee.type === "Identifier") names.set(node, name);
  else if (node.callee.type === "MemberExpression") {
    names.set(node, name); // `express.Router()`
    nameRoot(node.callee.object, name);
  }
}

export function isRoute(one: Registration): boolean {
  return (
    VERBS.test(one.verb) || (one.verb === "route" && one.args.length === 1 && one.args[0]?.type === "ObjectExpression")
  );
}
