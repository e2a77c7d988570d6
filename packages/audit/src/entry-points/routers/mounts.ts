import { says } from "../../source/says.ts";
import type { Node } from "oxc-parser";
import type { Project } from "../../project.ts";
import { type Registration, ROUTER, VERBS } from "./registrations.ts";
import { routerMadeBy } from "./router-makers.ts";
import { isMadeHere, keptHere } from "./whole-application.ts";

export interface Mount {
  readonly by: Registration;
  readonly prefix: string;
}

export interface Mounts {
  readonly of: ReadonlyMap<string, readonly Mount[]>;
  /** Every argument that is a router, and so no middleware. */
  readonly args: ReadonlySet<Node>;
}

/** Which router is mounted by which call. */
export function mountsOf(project: Project, all: readonly Registration[]): Mounts {
  const mounts = new Map<string, Mount[]>();
  const mountAt = (target: string, by: Registration): void => {
    mounts.set(target, [...(mounts.get(target) ?? []), { by, prefix: by.path ?? "" }]);
  };
  const args = new Set<Node>();
  const routing = new Set(all.map(({ file }) => file.path));
  const routers = new Set(all.map(({ router }) => router));
  for (const one of all) {
    if (!/^(?:use|route|register|mount)$/.test(one.verb)) continue;
    for (const arg of one.args) {
      const required = requiredBy(arg);
      if (required !== null) {
        const found = project.resolve(one.file.path, required);
        if (found.kind === "file") mountAt(`${found.path}:default`, one);
        if (found.kind === "file" && routing.has(found.path)) args.add(arg);
        continue;
      }
      if (arg.type === "CallExpression" && arg.callee.type === "Identifier") {
        const made = routerMadeBy(project, one.file, arg.callee.name);
        if (made === null) continue;
        args.add(arg);
        mountAt(made, one);
        continue;
      }
      const name =
        arg.type === "Identifier"
          ? arg.name
          : arg.type === "MemberExpression" && arg.property.type === "Identifier" && arg.object.type === "Identifier"
            ? arg.object.name
            : arg.type === "CallExpression" &&
                arg.callee.type === "MemberExpression" &&
                arg.callee.object.type === "Identifier"
              ? arg.callee.object.name
              : null;
      if (name === null) continue;
      const binding = one.file.module.bindings.get(name);
      const targets: string[] = [];
      if (binding?.kind === "import") {
        const found = project.resolve(one.file.path, binding.specifier);
        if (found.kind !== "file") continue;
        const file = project.file(found.path);
        const left = file?.module.exports.get(binding.name === "require" ? "default" : binding.name);
        if (left?.kind === "local") targets.push(`${found.path}:${left.name}`);
        if (left?.kind === "value" && left.value.type === "Identifier")
          targets.push(`${found.path}:${left.value.name}`);
        // `import * as upload from "./upload"` and `.route("/upload", upload.app)`.
        if (binding.name === "*" && arg.type === "MemberExpression" && arg.property.type === "Identifier")
          targets.push(`${found.path}:${arg.property.name}`);
        targets.push(`${found.path}:default`, `${found.path}:*`);
        if (routing.has(found.path)) args.add(arg);
      } else {
        targets.push(`${one.file.path}:${name}`);
        if (routers.has(`${one.file.path}:${name}`)) args.add(arg);
      }
      for (const target of targets) mountAt(target, one);
    }
  }
  return { of: mounts, args };
}

/** `app.use("/users", require("./routes/users"))`. */
function requiredBy(node: Node): string | null {
  if (node.type !== "CallExpression" || node.callee.type !== "Identifier" || node.callee.name !== "require")
    return null;
  const [only] = node.arguments;
  return only?.type === "Literal" && typeof only.value === "string" ? only.value : null;
}

export interface Before {
  readonly before: readonly { readonly registration: Registration; readonly args: readonly Node[] }[];
  readonly prefix: string;
  readonly mounted: boolean;
  /** How much of the middleware on the way from the application is seen: all of it, or all but what others may add. */
  readonly seen: "all" | "own" | "no";
}

/** The middleware that runs before a route: its router's own, and that of every router above. */
export function chainOf(
  route: Registration,
  byRouter: ReadonlyMap<string, readonly Registration[]>,
  mounts: Mounts,
  depth: number,
): Before {
  const { middleware, places, speaks } = lineOf(byRouter.get(route.router) ?? []);
  const place = places.get(route) ?? Infinity;
  const before: { registration: Registration; args: readonly Node[] }[] = [];
  for (const one of middleware) {
    if ((places.get(one) ?? 0) >= place) break;
    const applies =
      one.path === null ||
      route.path === null ||
      one.path === "*" ||
      one.path === "/*" ||
      route.path.startsWith(one.path.replace(/\/?\*$/, ""));
    if (one.verb === "use" && applies && !mountsRouter(one) && !one.args.some((arg) => mounts.args.has(arg)))
      before.push({ registration: one, args: one.args });
    // `app.all("/api/*", signedIn)`, `router.route("/notes").all(signedIn).get(list)`
    if (one.verb === "all" && isBefore(one, route)) before.push({ registration: one, args: one.args });
    // `router.param("projectId", …)` runs before each route that has such a part.
    if (one.verb === "param" && one.path !== null && (route.path ?? "").split(/[/(?]/).includes(`:${one.path}`))
      before.push({ registration: one, args: one.args });
    // Hooks of other names run when the work is done.
    if (one.verb === "addHook" && (one.path === null || /^(?:onRequest|pre\w+)$/.test(one.path)))
      before.push({ registration: one, args: one.args });
  }
  const file = route.router.slice(0, route.router.lastIndexOf(":"));
  const name = route.router.slice(file.length + 1);
  const exportedAs = [...route.file.module.exports].find(
    ([, one]) => one.kind === "value" && one.value.type === "Identifier" && one.value.name === name,
  )?.[0];
  const found =
    mounts.of.get(route.router) ??
    (exportedAs === undefined && route.around.length === 0
      ? undefined
      : mounts.of.get(`${file}:${exportedAs ?? "default"}`)) ??
    (route.around.length > 0 ? mounts.of.get(`${file}:*`) : undefined);
  const [mount] = found ?? [];
  const isApplication =
    /(?:app|server|fastify|hono|express)$/i.test(name) &&
    route.around.length === 0 &&
    speaks &&
    says(route.file, /\.listen\(|\bserve\(|export default|Deno\.serve|fetch:/);
  const kept = keptHere(route.file, name) ? "all" : "own";
  if (mount === undefined || depth > 6)
    return {
      before,
      prefix: "",
      mounted:
        isApplication || (route.around.length === 0 && bringsParser(middleware) && isMadeHere(route.file, name, false)),
      seen: depth <= 6 && (isApplication || isMadeHere(route.file, name, depth > 0)) ? kept : "no",
    };
  const above = chainOf(mount.by, byRouter, mounts, depth + 1);
  const own = mount.by.args.filter((arg) => !mounts.args.has(arg) && !isRouterName(arg, mount.by));
  return {
    before: [...above.before, { registration: mount.by, args: own }, ...before],
    prefix: `${above.prefix}${mount.prefix}`,
    mounted: true,
    seen: above.seen === "no" ? "no" : kept === "all" ? above.seen : "own",
  };
}

/** What is done for every method of a path is done before what is added to the same path later. */
function isBefore(all: Registration, route: Registration): boolean {
  const { path } = all;
  if (path === null || route.path === null || all === route) return false;
  return path === route.path || (path.endsWith("*") && route.path.startsWith(path.slice(0, -1).replace(/\/$/, "")));
}

/** `const app = express(); app.use(express.json());`: what reads its own bodies is told nothing by what mounts it. */
function bringsParser(middleware: readonly Registration[]): boolean {
  return middleware.some(({ path, args }) => path === null && args.some(isParser));
}

function isParser(node: Node): boolean {
  if (node.type !== "CallExpression") return false;
  const { callee } = node;
  if (callee.type === "Identifier") return /^(?:json|bodyParser|urlencoded|koaBody)$/.test(callee.name);
  return (
    callee.type === "MemberExpression" &&
    callee.object.type === "Identifier" &&
    /^(?:express|bodyParser|body_parser|parser)$/.test(callee.object.name) &&
    callee.property.type === "Identifier" &&
    /^(?:json|urlencoded|raw|text)$/.test(callee.property.name)
  );
}

/** What is said of one router, in the order in which it holds. */
interface Line {
  readonly middleware: readonly Registration[];
  readonly places: ReadonlyMap<Registration, number>;
  /** It has a route or a middleware at all. */
  readonly speaks: boolean;
}

const lines = new WeakMap<readonly Registration[], Line>();

/** Read once of each router: each of its routes asks. */
function lineOf(siblings: readonly Registration[]): Line {
  const known = lines.get(siblings);
  if (known !== undefined) return known;
  // What is added to a router where it is mounted comes after what its own file says.
  const ordered = siblings.toSorted((one, other) => Number(!isHome(one)) - Number(!isHome(other)));
  const line = {
    middleware: ordered.filter(({ verb }) => /^(?:use|all|param|addHook)$/.test(verb)),
    places: new Map(ordered.map((one, at) => [one, at])),
    speaks: siblings.some(({ verb }) => verb === "use" || VERBS.test(verb)),
  };
  lines.set(siblings, line);
  return line;
}

/** Does it stand in the file that makes the router? */
function isHome(one: Registration): boolean {
  return one.router.startsWith(`${one.file.path}:`);
}

function mountsRouter(one: Registration): boolean {
  return one.args.length === 1 && one.args[0] !== undefined && isRouterName(one.args[0], one);
}

function isRouterName(node: Node, one: Registration): boolean {
  if (node.type === "ObjectExpression") return true; // fastify.register(plugin, { prefix })
  if (node.type === "Identifier")
    return (
      /(?:router|routes|route|api|controller|handlers?)$/i.test(node.name) ||
      (ROUTER.test(node.name) && one.verb !== "use")
    );
  if (node.type === "CallExpression" && node.callee.type === "MemberExpression")
    return node.callee.property.type === "Identifier" && /^routes$|^middleware$/.test(node.callee.property.name);
  return (
    node.type === "MemberExpression" && node.property.type === "Identifier" && /router|routes/i.test(node.property.name)
  );
}
