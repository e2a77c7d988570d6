import { problemResponse, toProblem } from "./answer/problem-response.ts";
import { SECURITY_HEADERS } from "./answer/security-headers.ts";
import { splitTarget } from "./path/split-target.ts";
import { Problem } from "./problem.ts";
import type { RouteKey } from "./route.ts";
import { RuntimeError } from "./runtime-error.ts";

export type Mounted = ((request: Request) => Promise<Response>) & {
  /** Every route, for enumeration. */
  readonly routes: readonly RouteKey[];
};

interface Node {
  readonly literals: Map<string, Node>;
  param: Node | null;
  readonly methods: Map<string, RouteKey>;
}

/**
 * One handler for many routes: 404 for an unknown path, 405 with Allow for a known one, 204 with Allow for OPTIONS.
 * A literal segment goes before a parameter. Throws RuntimeError `mount_invalid` when two routes are the same.
 */
export function mount(routes: readonly RouteKey[]): Mounted {
  const root = node();
  for (const route of routes) insert(root, route);
  const mounted = async (request: Request): Promise<Response> => {
    const methods = find(root, splitTarget(request.url).pathname.split("/").slice(1), 0);
    const route = methods?.get(request.method === "HEAD" ? "GET" : request.method);
    if (route !== undefined) return route(request);
    return methods === null ? refuse(request, new Problem("not_found")) : withoutRoute(request, methods);
  };
  return Object.freeze(Object.assign(mounted, { routes: Object.freeze([...routes]) }));
}

function withoutRoute(request: Request, methods: ReadonlyMap<string, RouteKey>): Response {
  const allow = [...methods.keys()].flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]));
  allow.push("OPTIONS");
  if (request.method !== "OPTIONS") {
    return refuse(request, new Problem("method_not_allowed", { headers: { allow: allow.join(", ") } }));
  }
  // No access-control-* header, so a browser lets no other origin past its preflight.
  return new Response(null, {
    status: 204,
    headers: { ...SECURITY_HEADERS, allow: allow.join(", "), "x-request-id": crypto.randomUUID() },
  });
}

function refuse(request: Request, problem: Problem): Response {
  const response = problemResponse(toProblem(problem, {}), crypto.randomUUID());
  return request.method === "HEAD" ? new Response(null, response) : response;
}

function node(): Node {
  return { literals: new Map(), param: null, methods: new Map() };
}

function insert(root: Node, route: RouteKey): void {
  const { method, path } = route.definition;
  let at = root;
  for (const segment of path.split("/").slice(1)) {
    if (segment.startsWith(":")) {
      at.param ??= node();
      at = at.param;
      continue;
    }
    let next = at.literals.get(segment);
    if (next === undefined) {
      next = node();
      at.literals.set(segment, next);
    }
    at = next;
  }
  if (at.methods.has(method)) throw new RuntimeError("mount_invalid", `Two routes answer ${method} ${path}.`);
  at.methods.set(method, route);
}

/** Depth first, literals before parameters; a node without methods is not a path. */
function find(at: Node, segments: readonly string[], index: number): ReadonlyMap<string, RouteKey> | null {
  const segment = segments[index];
  if (segment === undefined) return at.methods.size > 0 ? at.methods : null;
  const literal = at.literals.get(segment);
  const found = literal === undefined ? null : find(literal, segments, index + 1);
  if (found !== null) return found;
  return at.param === null ? null : find(at.param, segments, index + 1);
}
